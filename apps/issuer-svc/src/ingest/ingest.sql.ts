/** Of several with one fingerprint the one that is most than just found: with its key, with its authority, then the oldest. */
export const knownSql = `
  select distinct on (fingerprint_sha256) id, encode(fingerprint_sha256, 'hex') as fingerprint, (external_id is null and authority_id is null and source_id is not null) as "lacksExternalId"
  from certificate where fingerprint_sha256 = any($1::bytea[])
  order by fingerprint_sha256, key_id is null, authority_id is null, id`;

/**
 * Of what sources alone brought: by the external id of others their authority revokes them.
 *
 * In the order of their ids: two calls that fill the same rows wait for each other, and do not lock each other out.
 */
export const fillSql = `
  with lacking as (
    select c.id, given.external_id from unnest($1::int[], $2::text[]) as given(id, external_id) join certificate c on c.id = given.id
    where c.external_id is null and c.authority_id is null and c.source_id is not null order by c.id for update of c
  )
  update certificate c set external_id = lacking.external_id, updated_at = now() from lacking where c.id = lacking.id`;

/**
 * Certificates with their names. Bytes come in one piece, cut here: in hex they would cost more to write and to read than
 * all else of the row. By fingerprint, so that calls with the same certificates meet in one order. Those that meet a taken
 * name, or a certificate that another call brought, are left out and not answered.
 */
export const insertFoundSql = `
  with given as materialized (
    select r.*, substring($2::bytea from r.der_start for r.der_size) as der, substring($2::bytea from r.fingerprint_start for 32) as fingerprint
    from json_to_recordset($1) as r(
      id int, name text, external_id text, description text, chain_id int, issuer text, cn text, serial text, serial_hex text, signing_algorithm text,
      key_type text, bits int, san boolean, not_before timestamptz, not_after timestamptz, distinguished_name text, country text, state text,
      location text, organization text, organizational_unit text, der_start int, der_size int, fingerprint_start int)
  ),
  stored as (
    insert into certificate (
      id, name, external_id, owner, owner_role_id, role_ids, description, notify, rotation, der, chain_id, issuer, cn, serial, serial_hex,
      signing_algorithm, key_type, bits, san, not_before, not_after, date_created, distinguished_name, country, state, location, organization,
      organizational_unit, fingerprint_sha256, source_id, format)
    select id, name, external_id, $4, $5::int, array[$5::int], description, true, false, der, chain_id, issuer, cn, serial, serial_hex,
      signing_algorithm, key_type, bits, san, not_before, not_after, $7::timestamptz, distinguished_name, country, state, location, organization,
      organizational_unit, fingerprint, $6::int, 'x509'
    from given order by fingerprint
    on conflict do nothing
    returning id
  ),
  named as (
    insert into domain (certificate_id, name, position)
    select d.certificate_id, d.name, d.position
    from json_to_recordset($3) as d(certificate_id int, name text, position int) join stored on stored.id = d.certificate_id
    order by d.certificate_id, d.position
  )
  select id from stored`;
