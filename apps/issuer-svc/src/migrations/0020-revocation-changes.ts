/**
 * Every revocation, hold and release of a certificate, for good: its own row knows the last one alone. Written by a trigger, whichever door a
 * change came through (a request, what its CA said, a replica of an older release).
 */
export const revocationChanges = {
  name: '0020-revocation-changes',
  sql: `
create table revocation_change (
  id bigint generated always as identity primary key,
  certificate_id integer not null,
  at timestamptz not null,
  is_revoked boolean not null,
  -- RFC 5280; null: none was given.
  reason text
);
create index revocation_change_certificate on revocation_change (certificate_id, id);

create function note_revocation_change() returns trigger language plpgsql as $$
begin
  if new.status is not distinct from 'revoked' then
    insert into revocation_change (certificate_id, at, is_revoked, reason)
      values (new.id, case when old.status is not distinct from 'revoked' then now() else coalesce(new.revoked_at, now()) end, true, new.revocation_reason);
  else
    insert into revocation_change (certificate_id, at, is_revoked) values (new.id, now(), false);
  end if;
  return null;
end $$;

-- What is remembered of the time before, oldest first. Only read: nobody waits.
do $$
begin
  if to_regclass('audit_entry') is not null then
    insert into revocation_change (certificate_id, at, is_revoked, reason)
      select e.object_id::integer, e.at, e.action in ('certificate.revoked', 'certificate.found_revoked'),
        case e.action when 'certificate.revoked' then e.details #>> '{revocationReason,after}' when 'certificate.found_revoked' then e.details ->> 'crlReason' end
      from audit_entry e
      where e.object_type = 'certificate' and e.object_id ~ '^[0-9]{1,9}$'
        and (e.action in ('certificate.released', 'certificate.found_revoked', 'certificate.found_released')
          -- Held once more, nothing changed.
          or (e.action = 'certificate.revoked' and e.details ? 'revocationReason'))
      order by e.at;
  end if;
end $$;

-- Whoever waits for a lock keeps others waiting behind: briefly, then they go first.
do $$
declare
  usual text := current_setting('lock_timeout');
  has_it boolean := false;
begin
  for attempt in 1..120 loop
    begin
      set local lock_timeout = '900ms';
      lock table certificate in share row exclusive mode;
      has_it := true;
      exit;
    exception when lock_not_available or deadlock_detected then
      perform pg_sleep(0.5 + random());
    end;
  end loop;
  if not has_it then
    raise exception 'the table of certificates is in use by transactions that do not end: see pg_stat_activity, end them, and migrate again';
  end if;
  perform set_config('lock_timeout', usual, true);
end $$;

create trigger certificate_revocation_changed after update of status, revocation_reason on certificate
  for each row when (
    (old.status is not distinct from 'revoked') <> (new.status is not distinct from 'revoked')
    or (new.status = 'revoked' and old.revocation_reason is distinct from new.revocation_reason)
  ) execute function note_revocation_change();
`,
};
