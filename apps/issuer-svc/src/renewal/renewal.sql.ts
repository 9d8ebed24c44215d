/** Those that changed, those whose policy did, and those that other settings planned; nobody works on them. */
export const staleSql = `
  select id from (select certificate_id as id from certificate_renewal where revision <> planned_revision and state <> 'running' limit $2) c
  union
  select r.id from rotation_policy p, lateral (
    select certificate_id as id from certificate_renewal
    where policy_id = p.id and policy_version < p.version and state in ('off', 'waiting') limit $2) r
  union
  select id from (
    select certificate_id as id from certificate_renewal where settings_hash <> $1 and state in ('off', 'waiting') limit $2) s
  limit $2`;

/** Apart from all others: while acme-svc is away they stay. */
export const awaitingSql = `
  select certificate_id as id from certificate_renewal
  where awaits_suggestion and state in ('off', 'waiting') and certificate_id > $1 order by certificate_id limit $2`;

/** Not those that changed once more meanwhile, nor those that somebody has begun to renew. Failures keep their pause. */
export const planSql = `
  with given as (
    select * from json_to_recordset($1) as g(certificate_id int, revision int, state text, reason text, policy_id int, policy_version int,
      settings_hash text, awaits_suggestion boolean, authority_id int, not_after timestamptz, window_start timestamptz, planned_at timestamptz,
      soft_deadline timestamptz, late_at timestamptz, last_call_at timestamptz, period_seconds double precision)
  )
  update certificate_renewal r set
    state = case when r.state = 'pending' and g.state <> 'renewed' then r.state else g.state end,
    planned_revision = g.revision, reason = g.reason, policy_id = g.policy_id, policy_version = g.policy_version, settings_hash = g.settings_hash,
    awaits_suggestion = g.awaits_suggestion, authority_id = g.authority_id, not_after = g.not_after, window_start = g.window_start,
    planned_at = g.planned_at, soft_deadline = g.soft_deadline, late_at = g.late_at, last_call_at = g.last_call_at, period_seconds = g.period_seconds,
    late_told_at = case when g.late_at <= $2::timestamptz then r.late_told_at end,
    last_call_told_at = case when g.last_call_at <= $2::timestamptz then r.last_call_told_at end,
    next_try_at = case when g.state <> 'waiting' then null when r.attempts > 0 and r.last_error is not null then coalesce(r.next_try_at, g.planned_at) else g.planned_at end
  from given g
  where r.certificate_id = g.certificate_id and r.revision = g.revision and r.state <> 'running'`;

/** So often a certificate failed while others of its authority did not when it is no longer in their way, and is tried at the pace of its own pauses. */
const failingFrom = 3;

/** Of an authority: what its pace is made of, certificates of the same deadlines taken together (to five minutes, the earliest counts). */
export const backlogSql = `
  select count(*)::int as count, min(window_start) as "windowStart", min(soft_deadline) as "softDeadline", min(last_call_at) as "lastCallAt", min(not_after) as "notAfter"
  from certificate_renewal
  where state = 'waiting' and authority_id = $1 and window_start <= $2 and revision = planned_revision and own_failures < ${failingFrom}
  group by soft_deadline > $2, last_call_at > $2, not_after > $2,
    floor(extract(epoch from case when soft_deadline > $2 then soft_deadline when last_call_at > $2 then last_call_at else not_after end) / 300)`;

export const fleetSql = `
  select count(*)::int as fleet, coalesce(sum(3600 / greatest(period_seconds, 3600)), 0)::double precision as "steadyPerHour"
  from certificate_renewal where authority_id = $1 and state in ('waiting', 'running', 'pending')`;

export const attemptedSql = 'select coalesce(sum(attempts), 0)::int as attempted from renewal_attempt where authority_id = $1 and attempted_at > $2 and attempted_at < $3';
/** Nobody counts what is older than an hour, nor what a clock wrote that was ahead. */
export const forgetAttemptsSql = 'delete from renewal_attempt where authority_id = $1 and (attempted_at <= $2 or attempted_at >= $3)';
export const noteAttemptsSql = 'insert into renewal_attempt (authority_id, attempted_at, attempts) values ($1, $2, $3)';

/** The deadline that nothing may pass, whatever comes first in its window: so the fewest are late while an authority has more to do than usual. */
const byDeadline = 'last_call_at';

const takeSql = (due: string, order = byDeadline) => `
  with due as materialized (
    select certificate_id from certificate_renewal
    where state = 'waiting' and authority_id = $1 and ${due} and revision = planned_revision
    order by ${order}, certificate_id
    limit $3 for update skip locked
  )
  update certificate_renewal r set state = 'running', claim = r.claim + 1, lease_until = $4, last_attempt_at = $2, trigger = $5
  from due where r.certificate_id = due.certificate_id
  returning r.certificate_id as "certificateId", r.claim, r.authority_id as "authorityId", r.trigger`;

/** The earliest deadlines of those whose time has come. */
export const takeDueSql = takeSql(`next_try_at <= $2 and own_failures < ${failingFrom}`);
/** In turns: what is refused for ever, and would be first by its deadline, keeps no other one waiting. */
export const takeFailingSql = takeSql(`next_try_at <= $2 and own_failures >= ${failingFrom}`, 'next_try_at');
/** The one that says most of whether the authority answers. */
export const takeProbeSql = takeSql('next_try_at <= $2', `attempts, ${byDeadline}`);
/** Of those whose window is open, each once since a person asked for them. */
export const takeOpenSql = takeSql('window_start <= $2 and (last_attempt_at is null or last_attempt_at < $6)');

const authoritiesSql = (due: string) => `
  select a.id from authority a
  where exists (select from certificate_renewal r where r.authority_id = a.id and r.state = 'waiting' and ${due}) order by a.id`;

export const dueAuthoritiesSql = authoritiesSql('r.next_try_at <= $1');
export const openAuthoritiesSql = authoritiesSql('r.window_start <= $1');

/** A lease of longer than anybody gets is of a clock that was ahead. */
const isHeld = (now: string, row = 'certificate_renewal'): string => `(${row}.lease_until > ${now}::timestamptz and ${row}.lease_until <= ${now}::timestamptz + interval '1 hour')`;

/** A claim by hand: also for certificates that are not planned. Null when somebody has it. */
export const claimSql = `
  insert into certificate_renewal as r (certificate_id, state, claim, lease_until, last_attempt_at, trigger, request_key, authority_id)
  values ($1, 'running', 1, $3, $2, 'request', $4, $5)
  on conflict (certificate_id) do update set state = 'running', claim = r.claim + 1, lease_until = $3, last_attempt_at = $2, trigger = 'request', request_key = $4
  where r.state not in ('running', 'pending') or (r.state = 'running' and not ${isHeld('$2', 'r')})
  returning r.claim`;

/** Whether `claimSql` would say that somebody has it. */
export const claimedSql = `
  select from certificate_renewal r where r.certificate_id = $1 and (r.state = 'pending' or (r.state = 'running' and ${isHeld('$2', 'r')}))`;

/** Where another one was to be made although there is one, that one stays. */
const laidDown = `state = case when successor_id is not null then 'renewed' else 'waiting' end, request_key = case when successor_id is null then request_key end,
    lease_until = null`;

/** Nothing came of it and nothing is known to be wrong with it: it is planned anew, and keeps the pause that it had. */
export const releaseSql = `
  update certificate_renewal set ${laidDown}, next_try_at = coalesce(next_try_at, planned_at, $3), revision = revision + 1
  where certificate_id = $1 and claim = $2 and state = 'running'`;

/** Leases that nobody renewed: whoever had them was stopped. */
export const expireSql = `
  update certificate_renewal set ${laidDown}, next_try_at = $1, revision = revision + 1
  where state = 'running' and not ${isHeld('$1')}`;

/** What was tried by a clock that was ahead waits for a time that is nobody's. */
export const aheadSql = `
  update certificate_renewal r set next_try_at = r.planned_at, last_attempt_at = $1
  from authority a where r.authority_id = a.id and r.last_attempt_at > $1::timestamptz + interval '1 hour' and r.state = 'waiting'`;

/**
 * It is the certificate's own failure where its authority renewed another one since the last: an authority that is away, or refuses
 * everything, makes no certificate a failing one, however often they are tried meanwhile.
 */
export const failSql = `
  update certificate_renewal r set state = 'waiting', lease_until = null, attempts = attempts + 1, last_error = $3, next_try_at = $4,
    own_failures = own_failures + case when failed_at is null or exists (
      select from renewal_pace p where p.authority_id = r.authority_id and p.succeeded_at > r.failed_at) then 1 else 0 end,
    failed_at = $5, pending_certificate_id = null, revision = revision + 1
  where certificate_id = $1 and claim = $2 and state in ('running', 'pending') returning attempts`;

export const pendSql = `
  update certificate_renewal set state = 'pending', lease_until = null, pending_certificate_id = $3
  where certificate_id = $1 and claim = $2 and state = 'running'`;

/** Once, whoever finds it. */
export const renewedSql = `
  update certificate_renewal set state = 'renewed', reason = $3, lease_until = null, next_try_at = null, successor_id = $2, last_error = null,
    planned_revision = revision
  where certificate_id = $1 and state <> 'renewed' returning trigger`;

/** When an authority renewed one last, to a minute: not each renewal writes here. */
export const succeededSql = `
  update renewal_pace p set succeeded_at = $2 from certificate_renewal r
  where r.certificate_id = $1 and p.authority_id = r.authority_id and (p.succeeded_at is null or abs(extract(epoch from p.succeeded_at - $2::timestamptz)) > 60)`;

/** Pending renewals that ended without a certificate. */
export const endedPendingSql = `
  select r.certificate_id as "certificateId", r.claim, r.authority_id as "authorityId", r.trigger, p.state, p.last_error as "lastError"
  from certificate_renewal r left join pending_certificate p on p.id = r.pending_certificate_id
  where r.state = 'pending' and (p.id is null or p.state in ('failed', 'cancelled')) order by r.certificate_id limit $1`;

/** The key of a renewal is free again for the next attempt. */
export const freeKeySql = "update pending_certificate set request_key = null where request_key = decode($1, 'hex') and state in ('failed', 'cancelled')";

export const lateSql = `
  select certificate_id as id, false as "isLastCall" from certificate_renewal
    where late_at <= $1 and late_told_at is null and state in ('waiting', 'running', 'pending') and revision = planned_revision
  union all
  select certificate_id, true from certificate_renewal
    where last_call_at <= $1 and last_call_told_at is null and state in ('waiting', 'running', 'pending') and revision = planned_revision
  limit $2`;

/** A last call says what the first one would have said. */
export const toldLateSql = `
  update certificate_renewal set late_told_at = coalesce(late_told_at, $2), last_call_told_at = case when $3 then $2 else last_call_told_at end
  where certificate_id = $1 and case when $3 then last_call_told_at is null else late_told_at is null end
  returning last_error as "lastError", attempts`;

/** For the event of a renewal: of the successor, and where the old one is. */
export const settledFactsSql = `
  select o.id as "certificateId", o.name, o.owner, o.not_after as "notAfter", n.notify, n.id as "successorId", n.name as "successorName",
    n.not_after as "successorNotAfter",
    array(select t.object_id from certificate_attachment t where t.certificate_id = o.id and t.kind = 'destination' and t.is_attached order by 1) as "destinationIds",
    (select count(*)::int from certificate_attachment t where t.certificate_id = o.id and t.kind = 'endpoint' and t.is_attached) as "endpointCount"
  from certificate o join certificate n on n.id = $2 where o.id = $1`;
