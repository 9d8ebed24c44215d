/** Ids for so many new certificates, and which of these names are taken. */
export const reserveSql = `
  select array(select nextval('certificate_id_seq')::int from generate_series(1, $1::int)) as ids,
    array(select name from certificate where name = any($2::text[])) as taken`;

/** Names that stand in the way of counting on from these: rare, so it may search by trigrams. */
export const countedNamesSql = 'select name from certificate where name ilike any($1::text[])';

/** Who has the name, the serial or the request key that a new certificate wanted. */
export const obstacleSql = `
  select id, name, authority_id, serial_hex, encode(request_key, 'hex') as request_key,
    encode(request_hash, 'hex') as request_hash from certificate
  where name = $1 or (authority_id = $2 and serial_hex = $3) or request_key = decode($4, 'hex')`;

/**
 * Certificates with all that hangs on them, in one statement: either a certificate is there with its names, links, log, audit entry
 * and events, or nothing of it is. Those that meet a taken name, serial or request key are left out and not answered.
 */
export const insertSql = `
  with given as materialized (
    select * from json_to_recordset($1) as r(
      id int, name text, external_id text, owner text, owner_role_id int, role_ids int[], description text, notify boolean, rotation boolean,
      rotation_policy_id int, der text, chain_id int, csr text, key_id uuid, issuer text, cn text, serial text, serial_hex text,
      signing_algorithm text, key_type text, bits int, san boolean, not_before timestamptz, not_after timestamptz, date_created timestamptz,
      distinguished_name text, country text, state text, location text, organization text, organizational_unit text, user_id int,
      authority_id int, root_authority_id int, fingerprint_sha256 text, request_key text, request_hash text, store_before timestamptz, format text,
      dns_provider_id int, pending_certificate_id int, custom_name text, renewal_of int)
  ),
  stored as (
    insert into certificate (
      id, name, external_id, owner, owner_role_id, role_ids, description, notify, rotation, rotation_policy_id, der, chain_id, csr, key_id,
      issuer, cn, serial, serial_hex, signing_algorithm, key_type, bits, san, not_before, not_after, date_created, distinguished_name,
      country, state, location, organization, organizational_unit, user_id, authority_id, root_authority_id, fingerprint_sha256, request_key,
      request_hash, dns_provider_id, pending_certificate_id, custom_name, renewal_of, format)
    select id, name, external_id, owner, owner_role_id, role_ids, description, notify, rotation, rotation_policy_id, decode(der, 'hex'), chain_id,
      decode(csr, 'hex'), key_id, issuer, cn, serial, serial_hex, signing_algorithm, key_type, bits, san, not_before, not_after, date_created,
      distinguished_name, country, state, location, organization, organizational_unit, user_id, authority_id, root_authority_id,
      decode(fingerprint_sha256, 'hex'), decode(request_key, 'hex'), decode(request_hash, 'hex'), dns_provider_id, pending_certificate_id,
      custom_name, renewal_of, format
    from given
    where store_before is null or clock_timestamp() < store_before
    order by id
    on conflict do nothing
    returning id
  ),
  named as (
    insert into domain (certificate_id, name, position)
    select d.certificate_id, d.name, d.position
    from json_to_recordset($2) as d(certificate_id int, name text, position int) join stored on stored.id = d.certificate_id
    order by d.certificate_id, d.position
    returning id, certificate_id, name, position
  ),
  linked as (
    insert into certificate_replacement (certificate_id, replaced_id)
    select l.certificate_id, l.replaced_id
    from json_to_recordset($3) as l(certificate_id int, replaced_id int) join stored on stored.id = l.certificate_id
    on conflict do nothing
    returning replaced_id
  ),
  silenced as (
    update certificate set notify = false, updated_at = now() where notify and id in (select replaced_id from linked)
  ),
  logged as (
    insert into certificate_log (certificate_id, log_type, logged_at, user_id)
    select l.certificate_id, l.log_type, l.logged_at, l.user_id
    from json_to_recordset($4) as l(certificate_id int, log_type text, logged_at timestamptz, user_id int) join stored on stored.id = l.certificate_id
  ),
  audited as (
    insert into audit_entry (id, at, action, actor, object_type, object_id, object_name, trace_id, details)
    select a.id, a.at, a.action, a.actor, a.object_type, a.object_id, a.object_name, a.trace_id, a.details
    from json_to_recordset($5) as a(certificate_id int, id uuid, at timestamptz, action text, actor jsonb, object_type text, object_id text,
      object_name text, trace_id text, details jsonb) join stored on stored.id = a.certificate_id
  ),
  announced as (
    insert into outbox (id, subject, payload)
    select e.id, e.subject, e.payload
    from json_to_recordset($6) as e(certificate_id int, id uuid, subject text, payload jsonb) join stored on stored.id = e.certificate_id
  )
  select stored.id, coalesce(
    (select json_agg(json_build_object('id', named.id, 'name', named.name) order by named.position) from named where named.certificate_id = stored.id), '[]'
  ) as domains
  from stored`;
