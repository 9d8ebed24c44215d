/**
 * The key of the issuer is in our key vault: by its authority, or, for the root of an authority, as its own issuer. The DER of these,
 * most of an inventory perhaps, is not read.
 */
const columns = `
  c.id, c.name, own.yes as "isOurs", case when own.yes then null else c.der end as der, coalesce(c.chain_id, a.chain_id) as "chainId",
  c.status is not distinct from 'revoked' as "isRevoked"`;

const tables = `
  certificate c
  left join authority a on a.id = c.authority_id
  left join authority r on r.id = c.root_authority_id,
  lateral (select coalesce(a.key_id is not null or (c.authority_id is null and r.key_id is not null and c.issuer = '<selfsigned>'), false) as yes) own`;

/** ST-3; and what its CA held back, which it may have let go. Whatever was checked since the round began is not checked again. */
export const page = `
  select ${columns}
  from ${tables}
  where c.id < $1 and c.format = 'x509' and not c.deleted and c.not_after >= $2 and c.date_created <= $3
    and (cardinality($4::text[]) = 0 or coalesce(a.plugin_slug, r.plugin_slug) = any ($4))
    and (c.status is distinct from 'revoked'
      or (c.revocation_reason = 'certificateHold' and exists (select from revocation_check h where h.certificate_id = c.id and h.found_revoked)))
    and not exists (select from revocation_check k where k.certificate_id = c.id and k.checked_at >= $5)
  order by c.id desc limit $6`;

export const one = `select ${columns} from ${tables} where c.id = $1`;

/**
 * Each part looks at so many rows at most: names are chosen by whoever made a certificate. In `chain` the issuer stands first.
 */
export const issuers = `
  with named as (select distinguished_name, der from certificate where cn = $2 and format = 'x509' order by id desc limit 1000),
    siblings as (select chain_id from certificate where issuer = $3 order by id desc limit 1000)
  (select der from named where distinguished_name = $1 limit 20)
  union
  (select c.der from authority a join certificate c on c.id = a.certificate_id where c.distinguished_name = $1 and c.format = 'x509' limit 20)
  union
  (select ch.certificates[1] from chain ch where ch.id in (select distinct chain_id from siblings where chain_id is not null limit 20))`;

export const last = 'select certificate_id, status, said_by, revoked_at, crl_reason, checked_at, steps from revocation_check where certificate_id = $1';

const given = `
  given as (
    select * from json_to_recordset($1) as g("certificateId" int, status text, "saidBy" text, "revokedAt" timestamptz, "crlReason" text,
      "checkedAt" timestamptz, steps json)
  )`;

const insert = (found: string, foundThisUpdate: string) => `
  insert into revocation_check as old (certificate_id, status, said_by, revoked_at, crl_reason, checked_at, steps, found_revoked, found_this_update)
  select "certificateId", status, "saidBy", "revokedAt", "crlReason", "checkedAt", steps, ${found}, ${foundThisUpdate} from given order by 1
  on conflict (certificate_id) do update set status = excluded.status, said_by = excluded.said_by, revoked_at = excluded.revoked_at,
    crl_reason = excluded.crl_reason, checked_at = excluded.checked_at, steps = excluded.steps`;

/** Certificates that were deleted meanwhile would be an error of the whole statement: their rows are there, deletion is a flag. */
export const keep = `
  with ${given}, kept as (${insert('false', 'null::timestamptz')})
  update certificate c set status = case g.status when 'good' then 'valid' else 'unknown' end, updated_at = now()
  from given g
  where c.id = g."certificateId" and c.status is distinct from 'revoked'
    and c.status is distinct from (case g.status when 'good' then 'valid' else 'unknown' end)`;

export const keepOne = `with ${given} ${insert('$2', '$3::timestamptz')}, found_revoked = excluded.found_revoked, found_this_update = excluded.found_this_update`;

export const settle = `
  update certificate set status = 'valid', updated_at = now()
  where id = any ($1::int[]) and status is distinct from 'revoked' and status is distinct from 'valid'`;

const goesOn = 'round.ended_at is null and round.started_at between $2::timestamptz and $1::timestamptz';

/** A clock that was set back leaves a round in the future behind: it is not gone on with. */
export const beginRound = `
  insert into revocation_check_round as round (started_at) values ($1)
  on conflict (is_only) do update set
    started_at = case when ${goesOn} then round.started_at else $1 end,
    below_id = case when ${goesOn} then round.below_id end,
    ended_at = null
  returning started_at as "startedAt", below_id as "belowId"`;
