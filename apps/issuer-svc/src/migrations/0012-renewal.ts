/**
 * What will become of certificates with rotation on, and at which pace their authorities are asked.
 *
 * A row of `certificate_renewal` is written down as stale by triggers, whichever door a change came through (a request, an event, a
 * task over thousands), and planned soon after. What is planned by a rotation policy, or by settings, of another version is stale too:
 * a changed policy costs one row, not one for each of its certificates.
 *
 * In the order in which the inventory is locked for the shortest time: older replicas go on reading and issuing while the table is filled.
 */
export const renewal = {
  name: '0012-renewal',
  sql: `
-- RFC 9773, as acme-svc told last. By fingerprint: it may be told before the certificate is filed.
create table suggested_renewal (
  fingerprint_sha256 bytea primary key,
  window_start timestamptz not null,
  window_end timestamptz not null,
  told_at timestamptz not null
);

create table certificate_renewal (
  certificate_id integer primary key,
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
  successor_id integer
);
-- Most of the work, for which nobody waits: it only reads certificates.
insert into certificate_renewal (certificate_id) select id from certificate where rotation order by id;
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

create function note_renewal_of_certificate() returns trigger language plpgsql as $$
begin
  insert into certificate_renewal (certificate_id) values (new.id)
    on conflict (certificate_id) do update set revision = certificate_renewal.revision + 1;
  return null;
end $$;

create function note_renewal_of_replaced() returns trigger language plpgsql as $$
begin
  update certificate_renewal set revision = revision + 1 where certificate_id = coalesce(new.replaced_id, old.replaced_id);
  return null;
end $$;

-- From here on nobody else has the inventory, until the end of the migration.
-- Whoever waits for a lock keeps others waiting behind: briefly, then they go first.
do $$
declare
  usual text := current_setting('lock_timeout');
  has_them boolean := false;
begin
  for attempt in 1..120 loop
    begin
      set local lock_timeout = '900ms';
      lock table certificate, certificate_attachment, pending_certificate, rotation_policy in access exclusive mode;
      lock table certificate_replacement in share row exclusive mode;
      has_them := true;
      exit;
    exception when lock_not_available or deadlock_detected then
      perform pg_sleep(0.5 + random());
    end;
  end loop;
  if not has_them then
    raise exception 'the table of certificates is in use by transactions that do not end: see pg_stat_activity, end them, and migrate again';
  end if;
  perform set_config('lock_timeout', usual, true);
end $$;

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

alter table rotation_policy add column hours integer not null default 0 check (hours between 0 and 876000);
alter table rotation_policy add column lifetime_fraction double precision check (lifetime_fraction > 0 and lifetime_fraction < 1);
-- Counts changes: certificates that were planned by another version are planned anew.
alter table rotation_policy add column version integer not null default 1;

-- What its applicant called the first certificate of a series; null for a generated name.
alter table certificate add column custom_name text;
-- The certificate that it was issued in the place of, by a renewal.
alter table certificate add column renewal_of integer references certificate (id);
alter table pending_certificate add column series_name text;
alter table pending_certificate add column renewal_of integer;
-- Of a renewal that nobody asked for by hand: what ends no later is none.
alter table pending_certificate add column must_outlast timestamptz;
create index certificate_rotation_policy on certificate (rotation_policy_id) where rotation_policy_id is not null;
create index certificate_renewal_of on certificate (renewal_of) where renewal_of is not null;

-- Not looked at one by one: certificates are never removed, and these were read a moment ago.
alter table certificate_renewal add constraint certificate_renewal_certificate foreign key (certificate_id) references certificate (id) on delete cascade not valid;
alter table certificate_renewal add constraint certificate_renewal_successor_fk foreign key (successor_id) references certificate (id) not valid;

create trigger certificate_added_for_renewal after insert on certificate
  for each row when (new.rotation) execute function note_renewal_of_certificate();
create trigger certificate_changed_for_renewal after update of rotation, rotation_policy_id, status, deleted, authority_id, key_id, owner on certificate
  for each row when (
    (new.rotation or old.rotation) and
    (old.rotation, old.rotation_policy_id, old.status, old.deleted, old.authority_id, old.key_id, old.owner)
      is distinct from (new.rotation, new.rotation_policy_id, new.status, new.deleted, new.authority_id, new.key_id, new.owner)
  ) execute function note_renewal_of_certificate();
create trigger certificate_replaced_for_renewal after insert or delete on certificate_replacement
  for each row execute function note_renewal_of_replaced();

-- Those that came, or were changed, in between.
insert into certificate_renewal (certificate_id)
  select c.id from certificate c where c.rotation and not exists (select from certificate_renewal r where r.certificate_id = c.id);
`,
};
