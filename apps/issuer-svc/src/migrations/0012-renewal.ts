/**
 * What will become of certificates with rotation on, and at which pace their authorities are asked.
 *
 * A row of `certificate_renewal` is written down as stale by triggers, whichever door a change came through (a request, an event, a
 * task over thousands), and planned soon after. What is planned by a rotation policy, or by settings, of another version is stale too:
 * a changed policy costs one row, not one for each of its certificates.
 */
export const renewal = {
  name: '0012-renewal',
  sql: `
alter table rotation_policy add column hours integer not null default 0 check (hours between 0 and 876000);
alter table rotation_policy add column lifetime_fraction double precision check (lifetime_fraction > 0 and lifetime_fraction < 1);
-- Counts changes: certificates that were planned by another version are planned anew.
alter table rotation_policy add column version integer not null default 1;
create index certificate_rotation_policy on certificate (rotation_policy_id) where rotation_policy_id is not null;

-- What its applicant called the first certificate of a series; null for a generated name.
alter table certificate add column custom_name text;
-- The certificate that it was issued in the place of, by a renewal.
alter table certificate add column renewal_of integer references certificate (id);
create index certificate_renewal_of on certificate (renewal_of) where renewal_of is not null;
alter table pending_certificate add column series_name text;
alter table pending_certificate add column renewal_of integer;
-- Of a renewal that nobody asked for by hand: what ends no later is none.
alter table pending_certificate add column must_outlast timestamptz;

-- RFC 9773, as acme-svc told last. By fingerprint: it may be told before the certificate is filed.
create table suggested_renewal (
  fingerprint_sha256 bytea primary key,
  window_start timestamptz not null,
  window_end timestamptz not null,
  told_at timestamptz not null
);

create table certificate_renewal (
  certificate_id integer primary key references certificate (id) on delete cascade,
  state text not null default 'off' constraint certificate_renewal_state check (state in ('off', 'waiting', 'running', 'pending', 'renewed')),
  -- Why then, or not at all, in words.
  reason text not null default '',
  -- Counts changes of the certificate; planned up to that one.
  revision integer not null default 1,
  planned_revision integer not null default 0,
  policy_id integer,
  policy_version integer,
  settings_hash text not null default '',
  -- The CA's own suggestion was asked for and acme-svc was away.
  awaits_suggestion boolean not null default false,
  -- Who will be asked.
  authority_id integer,
  not_after timestamptz,
  window_start timestamptz,
  planned_at timestamptz,
  -- Done by then while all is well; the pace sees to that.
  soft_deadline timestamptz,
  late_at timestamptz,
  last_call_at timestamptz,
  late_told_at timestamptz,
  last_call_told_at timestamptz,
  -- How long such a certificate is used before its renewal.
  period_seconds double precision,
  next_try_at timestamptz,
  attempts integer not null default 0,
  last_error text,
  last_attempt_at timestamptz,
  -- Who renews it has it until then; claim tells a holder from the one before.
  lease_until timestamptz,
  claim integer not null default 0,
  trigger text not null default 'schedule' constraint certificate_renewal_trigger check (trigger in ('schedule', 'request')),
  -- Hash of the request that last asked for it by hand.
  request_key text,
  pending_certificate_id integer,
  successor_id integer references certificate (id)
);
create index certificate_renewal_stale on certificate_renewal (certificate_id) where revision <> planned_revision;
create index certificate_renewal_policy on certificate_renewal (policy_id, policy_version) where state in ('off', 'waiting');
create index certificate_renewal_settings on certificate_renewal (settings_hash) where state in ('off', 'waiting');
create index certificate_renewal_suggestion on certificate_renewal (certificate_id) where awaits_suggestion;
create index certificate_renewal_next on certificate_renewal (authority_id, next_try_at) where state = 'waiting';
create index certificate_renewal_window on certificate_renewal (authority_id, window_start) where state = 'waiting';
create index certificate_renewal_lease on certificate_renewal (lease_until) where state = 'running';
create index certificate_renewal_pending on certificate_renewal (certificate_id) where state = 'pending';
create index certificate_renewal_late on certificate_renewal (late_at) where late_told_at is null and state in ('waiting', 'running', 'pending');
create index certificate_renewal_last_call on certificate_renewal (last_call_at) where last_call_told_at is null and state in ('waiting', 'running', 'pending');
create index certificate_renewal_attempt on certificate_renewal (authority_id, last_attempt_at) where last_attempt_at is not null;
create index certificate_renewal_successor on certificate_renewal (successor_id) where successor_id is not null;

-- One row an authority: a bucket of tokens, and a pause after faults of the authority itself.
create table renewal_pace (
  authority_id integer primary key references authority (id) on delete cascade,
  steady_per_hour double precision not null default 0,
  fleet integer not null default 0,
  counted_at timestamptz,
  per_hour double precision not null default 0,
  tokens double precision not null default 1,
  tokens_at timestamptz,
  failures integer not null default 0,
  failing_since timestamptz,
  last_error text,
  paused_until timestamptz
);

create function note_renewal_of_certificate() returns trigger language plpgsql as $$
begin
  insert into certificate_renewal (certificate_id) values (new.id)
    on conflict (certificate_id) do update set revision = certificate_renewal.revision + 1;
  return null;
end $$;
create trigger certificate_added_for_renewal after insert on certificate
  for each row when (new.rotation) execute function note_renewal_of_certificate();
create trigger certificate_changed_for_renewal after update of rotation, rotation_policy_id, status, deleted, authority_id, key_id, owner on certificate
  for each row when (
    (new.rotation or old.rotation) and
    (old.rotation, old.rotation_policy_id, old.status, old.deleted, old.authority_id, old.key_id, old.owner)
      is distinct from (new.rotation, new.rotation_policy_id, new.status, new.deleted, new.authority_id, new.key_id, new.owner)
  ) execute function note_renewal_of_certificate();

create function note_renewal_of_replaced() returns trigger language plpgsql as $$
begin
  update certificate_renewal set revision = revision + 1 where certificate_id = coalesce(new.replaced_id, old.replaced_id);
  return null;
end $$;
create trigger certificate_replaced_for_renewal after insert or delete on certificate_replacement
  for each row execute function note_renewal_of_replaced();

insert into certificate_renewal (certificate_id) select id from certificate where rotation;
`,
};
