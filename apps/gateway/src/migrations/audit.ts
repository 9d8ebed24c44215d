/** What was done on the whole platform, gathered from every service. */
export const auditTables = `
  create table audit_log (
    seq bigint generated always as identity primary key,
    id uuid not null unique,
    at timestamptz not null,
    service text not null,
    action text not null,
    actor_kind text not null,
    actor_user_id integer,
    actor_name text not null,
    actor_api_key_id integer,
    source_ip text,
    user_agent text,
    object_type text not null,
    object_id text not null,
    object_name text,
    trace_id text,
    details jsonb not null default '{}'
  );
  create index audit_log_at on audit_log (at);
  create index audit_log_action on audit_log (action, seq desc);
  create index audit_log_actor on audit_log (actor_name, seq desc);
  create index audit_log_object on audit_log (object_type, object_id, seq desc);

  -- The role owns the table, so rights alone cannot hold it back. Retention removes whole days, and nothing younger.
  create function audit_log_is_append_only() returns trigger language plpgsql as $$
  begin
    if tg_op = 'DELETE' and old.at < now() - interval '1 day' then
      return old;
    end if;
    raise exception 'audit entries are never changed or removed' using errcode = 'insufficient_privilege';
  end $$;
  create trigger audit_log_is_append_only before update or delete on audit_log
    for each row execute function audit_log_is_append_only();
`;
