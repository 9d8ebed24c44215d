import type { Sql } from '@sifaka/database';

/**
 * Fills an empty inventory with certificates that differ in everything that lists look at, two names each; the bytes are
 * the same everywhere. The oldest third ended long ago, as in an inventory of some years.
 *
 * @param now `count` certificates end between two years before it and four years after
 */
export async function fillInventory(sql: Sql, count: number, now: Date): Promise<void> {
  await sql.query(chainSql);
  await sql.query(certificatesSql, [count, now]);
  await sql.query(authoritiesSql);
  await sql.query('update certificate set authority_id = 1 + id % 5 where id > 5');
  await sql.query(domainsSql);
  await sql.query('insert into certificate_replacement (certificate_id, replaced_id) select id, id - 1 from certificate where id % 40 = 0');
  await sql.query(logsSql);
  await sql.query(attachmentsSql);
  // What autovacuum does within minutes.
  for (const table of ['certificate', 'domain', 'certificate_replacement', 'certificate_log', 'authority', 'certificate_attachment']) await sql.query(`vacuum analyze ${table}`);
}

const chainSql = `insert into chain (digest, certificates) values ('\\x00', array['\\x30'::bytea])`;

const certificatesSql = `
  insert into certificate (id, name, external_id, owner, owner_role_id, role_ids, description, notify, rotation, der, chain_id, issuer, cn, serial, serial_hex,
    signing_algorithm, status, key_type, bits, san, not_before, not_after, date_created, distinguished_name, user_id, fingerprint_sha256)
  select i, 'SAN-host-' || i || '.team-' || i % 500 || '.corp.test-CorpIssuingCA' || i % 5, case when i % 50 = 0 then 'ext-' || md5('x' || i) end,
    'team-' || i % 500 || '@corp.test', i % 500, array[i % 500, 1000 + i % 7], 'certificate ' || i, i % 10 > 0, i % 3 = 0,
    decode(repeat(md5('der'), 50), 'hex'), 1, 'CorpIssuingCA' || i % 5, case when i % 50 > 0 then 'host-' || i || '.team-' || i % 500 || '.corp.test' end,
    serial::text, upper(to_hex(serial)), case when i % 9 > 0 then 'sha256' else 'sha384' end, case when i % 100 = 0 then 'revoked' end,
    case when i % 2 = 0 then 'RSA2048' else 'ECCPRIME256V1' end, case when i % 2 = 0 then 2048 else 256 end, true,
    ends_at - interval '1 year', ends_at, ends_at - interval '1 year', 'CN=host-' || i, 1 + i % 200, sha256(('f' || i)::bytea)
  from (select i, 1000000000000000000 + i::bigint * 7919 * 1000003 as serial, $2::timestamptz + (i::float / $1 * 6 - 2) * interval '365 days' as ends_at
    from generate_series(1, $1::int) i) made`;

const authoritiesSql = `
  insert into authority (id, name, owner, owner_role_id, role_ids, plugin_slug, certificate_id, chain_id)
  select i, 'Corp Issuing CA ' || i, 'pki@corp.test', 1, array[1], 'cryptography-issuer', i, 1 from generate_series(1, 5) i`;

const domainsSql = `
  insert into domain (name, certificate_id, position)
  select part || c.id || '.team-' || c.id % 500 || '.corp.test', c.id, position
  from certificate c cross join (values ('host-', 0), ('alt-', 1)) names (part, position)`;

const attachmentsSql = `
  insert into certificate_attachment (certificate_id, kind, object_id, is_attached, changed_at)
  select c.id, kind, 1 + c.id % objects, c.id % 7 > 0, c.date_created
  from certificate c cross join (values ('destination', 50), ('source', 3), ('endpoint', 5000)) kinds (kind, objects)`;

const logsSql = `insert into certificate_log (certificate_id, log_type, user_id) select id, 'create_cert', user_id from certificate`;
