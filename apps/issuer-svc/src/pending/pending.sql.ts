const stored = `
  select p.id, p.name, p.custom_name as "customName", p.series_name as "seriesName",
    (select json_build_object('id', o.id, 'mustOutlast', p.must_outlast, 'isReplaced',
      exists (select from certificate_replacement l where l.replaced_id = o.id)) from certificate o where o.id = p.renewal_of) as renewal, p.owner, p.owner_role_id as "ownerRoleId", p.role_ids as "roleIds", p.description, p.notify,
    p.rotation, (select json_build_object('id', r.id, 'days', r.days) from rotation_policy r where r.id = p.rotation_policy_id) as "rotationPolicy",
    p.authority_id as "authorityId", p.cn as "commonName", p.names, p.csr, p.key_id as "keyId", p.dns_provider_id as "dnsProviderId", p.destination_ids as "destinationIds", p.notification_ids as "notificationIds", p.replaces,
    p.user_id as "userId", p.request_id as "requestId", p.request_key is not null as "isRepeatable", p.external_id as "externalId", p.settled_by as "settledBy", p.order_terms as "orderTerms",
    p.state, p.attempts, p.last_error as "lastError", p.until, p.watched_until as "watchedUntil", p.resolved_certificate_id as "resolvedCertificateId"
  from pending_certificate p where p.id = $1`;

export const findSql = stored;
export const lockSql = `${stored} for update of p`;

/** NM-12: a name that is there already gets the id behind it. Nothing is stored for who comes too late, or twice with one request key. */
export const insertSql = `
  with given as (select nextval('pending_certificate_id_seq')::int as id)
  insert into pending_certificate (id, name, custom_name, owner, owner_role_id, role_ids, description, notify, rotation, rotation_policy_id,
    authority_id, cn, names, csr, key_id, dns_provider_id, replaces, user_id, request_key, request_hash, request_id, external_id, settled_by,
    order_terms, state, next_try_at, asking_until, until, date_created, updated_at, destination_ids, notification_ids, series_name, renewal_of, must_outlast)
  select given.id, case when exists (select from pending_certificate p where lower(p.name) = lower($1)) then $1 || '-' || upper(to_hex(given.id)) else $1 end,
    $2, $3, $4, $5::int[], $6, $7, $8, $9, $10, $11, $12::text[], $13, $14, $15, $16::int[], $17, decode($18, 'hex'), decode($19, 'hex'), $20, $21, $22,
    $23::jsonb, $24, $25::timestamptz, $26::timestamptz, $27::timestamptz, $28::timestamptz, $28::timestamptz, $30::int[], $31::int[], $32, $33::int, $34::timestamptz
  from given where $29::timestamptz is null or clock_timestamp() < $29::timestamptz
  on conflict do nothing returning id, name`;

export const waitSql = `
  update pending_certificate set state = 'waiting', settled_by = $2, external_id = coalesce($3, external_id), order_terms = $4::jsonb, until = $5,
    next_try_at = $6, asking_until = null, status = null, last_error = null, updated_at = $7
  where id = $1`;

/** An intent whose authority gave the final answer at once leaves nothing behind; a key that is not used is released. */
export const dropIntentSql = `
  with dropped as (delete from pending_certificate where id = $1 and state = 'asking' returning key_id)
  insert into released_key (key_id) select key_id from dropped where key_id is not null and $2 on conflict do nothing`;

export const resolveSql = `
  update pending_certificate set state = 'resolved', status = 'Resolved', resolved_certificate_id = $2, external_id = coalesce($3, external_id),
    next_try_at = null, asking_until = null, watched_until = null, last_error = null, updated_at = $4
  where id = $1`;

export const failSql = `
  update pending_certificate set state = 'failed', status = $2, last_error = $2, attempts = $3, next_try_at = $6, watched_until = $5, asking_until = null, updated_at = $4
  where id = $1`;

/** One that is watched keeps its key. */
export const cancelSql = `
  with cancelled as (
    update pending_certificate set state = 'cancelled', status = 'Cancelled', request_key = null, updated_at = $2,
      watched_until = coalesce(watched_until, $3), next_try_at = case when watched_until is null then $4::timestamptz else next_try_at end
    where id = $1 returning key_id, watched_until
  )
  insert into released_key (key_id) select key_id from cancelled where key_id is not null and watched_until is null on conflict do nothing`;

/** Beside those who ask for one that waits: it has ended. */
export const claimWatchedSql = `
  update pending_certificate set asking_until = $3
  where id = $1 and state in ('failed', 'cancelled') and watched_until is not null and (asking_until is null or asking_until <= $2)
  returning id`;

export const watchOnSql = 'update pending_certificate set next_try_at = $2, asking_until = null where id = $1 and watched_until is not null';

/** The key of a cancelled one had waited for this. */
export const endWatchSql = `
  with ended as (
    update pending_certificate set watched_until = null, next_try_at = null, asking_until = null
    where id = $1 and watched_until is not null returning key_id, state
  )
  insert into released_key (key_id) select key_id from ended where key_id is not null and state = 'cancelled' on conflict do nothing`;

export const dueWatchesSql = `
  select id from pending_certificate
  where watched_until is not null and next_try_at <= $1 and (asking_until is null or asking_until <= $1)
  order by next_try_at limit $2`;

export const updateSql = `
  update pending_certificate set owner = $2, owner_role_id = $3, role_ids = $4::int[], description = $5, notify = $6, rotation = $7,
    replaces = $8::int[], updated_at = $9, destination_ids = $10::int[], notification_ids = $11::int[]
  where id = $1`;

/** One question at a time, whoever asks it. */
export const claimSql = `
  update pending_certificate set asking_until = $3
  where id = $1 and state = 'waiting' and settled_by = 'poll' and (asking_until is null or asking_until <= $2)
  returning id`;

export const postponeSql = `
  update pending_certificate set attempts = $2, last_error = $3, status = $4, next_try_at = $5, external_id = coalesce($6, external_id), asking_until = null,
    updated_at = $7
  where id = $1`;

export const progressSql = `
  update pending_certificate set attempts = $2, last_error = $3, status = $4, next_try_at = $5, external_id = $6, progressed_at = $7, updated_at = $8
  where id = $1 and state = 'waiting' and settled_by = 'order' and (progressed_at is null or progressed_at <= $7)`;

export const dueSql = 'update pending_certificate set next_try_at = $2, updated_at = $2 where id = $1';

/** Not those that an issuer is asked for: at the end of their time it is asked once more, which ends them. */
export const overdueSql = `
  select id from pending_certificate
  where state in ('asking', 'waiting') and until <= $1::timestamptz
    and (state = 'asking' or settled_by = 'upload' or (settled_by = 'order' and until <= $2::timestamptz))
  order by until limit $3`;

export const forgottenPollsSql = `
  select id from pending_certificate
  where state = 'waiting' and settled_by = 'poll' and next_try_at <= $1 and (asking_until is null or asking_until <= $2)
  order by next_try_at limit $3`;

/** Orders that acme-svc has never said a word about; touched when they are asked for again. */
export const unheardOrdersSql = `
  select id from pending_certificate
  where state = 'waiting' and settled_by = 'order' and progressed_at is null and updated_at <= $1 and until > $2
  order by id limit $3`;

export const touchSql = 'update pending_certificate set updated_at = $2 where id = $1';

export const countEndedSql = `
  select count(*)::int as count from pending_certificate
  where state in ('resolved', 'failed', 'cancelled') and updated_at < $1 and watched_until is null`;

/** A key that came to no certificate goes with the record. */
export const purgeSql = `
  with old as (
    select id, key_id, resolved_certificate_id from pending_certificate
    where state in ('resolved', 'failed', 'cancelled') and updated_at < $1 and watched_until is null order by updated_at limit $2 for update skip locked
  ),
  released as (
    insert into released_key (key_id) select key_id from old where key_id is not null and resolved_certificate_id is null on conflict do nothing
  )
  delete from pending_certificate where id in (select id from old) returning id`;

export const keepOrphanSql = `
  insert into orphan_certificate (fingerprint_sha256, authority_id, pending_certificate_id, serial_hex, der, reason, found_at)
  values (decode($1, 'hex'), $2, $3, $4, $5, $6, $7) on conflict do nothing returning serial_hex`;

/** RFC 9773 section 5: the certificate that the new one is the successor of, if the authority knows it. */
export const replacedDerSql = `
  select c.der from certificate c where c.id = any($1::int[]) and c.authority_id = $2 order by c.not_after desc, c.id desc limit 1`;

export const certificateOfSql = 'select id from certificate where pending_certificate_id = $1';

export const byRequestKeySql = `
  select 'certificate' as kind, id, encode(request_hash, 'hex') as "contentHash", false as "isForgotten" from certificate where request_key = decode($1, 'hex')
  union all
  select 'pending', id, encode(request_hash, 'hex'), false from pending_certificate where request_key = decode($1, 'hex')`;
