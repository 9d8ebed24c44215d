import { createPrivateKey, X509Certificate } from 'node:crypto';
import pg from 'pg';
import { expectOk, openssl, type Client, type Platform } from '../harness/index.js';
import type { Attempt } from './storm.js';

/** Looks into the database as its superuser: what no API tells. */
export async function ask<R extends Record<string, unknown>>(platform: Platform, sql: string, values: unknown[] = []): Promise<R[]> {
  const client = new pg.Client({ connectionString: platform.databaseUrl() });
  await client.connect();
  try {
    return (await client.query<R>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** Acknowledged certificates that are not what they were acknowledged as, or whose key does not open or does not belong to them. */
export async function lostOf(client: Client, acknowledged: readonly Attempt[]): Promise<string[]> {
  const lost: string[] = [];
  for (const [index, { answer }] of acknowledged.entries()) {
    const now = expectOk(await client.get(`/certificates/${answer.id}`));
    const { key } = expectOk(await client.get(`/certificates/${answer.id}/key`));
    if (now.body !== answer.body || now.serial !== answer.serial || now.name !== answer.name || now.chain !== answer.chain)
      lost.push(`${answer.id}: changed`);
    if (now.roles.length !== answer.roles.length || now.roles.length === 0) lost.push(`${answer.id}: roles`);
    if (!new X509Certificate(now.body).checkPrivateKey(createPrivateKey(key))) lost.push(`${answer.id}: key`);
    // OpenSSL has the last word, for some: two processes each.
    if (index % 20 === 0 && (await ofKey(key)) !== (await ofCertificate(now.body))) lost.push(`${answer.id}: key, says OpenSSL`);
  }
  return lost;
}

const ofKey = async (pem: string) => (await openssl(['pkey', '-pubout'], pem)).stdout;
const ofCertificate = async (pem: string) => (await openssl(['x509', '-noout', '-pubkey'], pem)).stdout;

/** What must never be, at no moment: rows that stand for half a certificate. All numbers are 0 in a sound inventory. */
export async function halves(platform: Platform): Promise<Record<string, number>> {
  const [row = {}] = await ask<Record<string, number>>(
    platform,
    `select
      (select count(*) from (select 1 from issuer.certificate group by authority_id, serial_hex having count(*) > 1) twice)::int as "serials twice",
      (select count(*) from issuer.certificate c where c.key_id is not null and not exists (select from keyvault.key k where k.id = c.key_id))::int as "without key",
      (select count(*) from (select 1 from issuer.certificate where key_id is not null and root_authority_id is null group by key_id having count(*) > 1) shared)::int as "key twice",
      (select count(*) from issuer.certificate c where not exists (select from keyvault.signing_journal j where j.serial_hex = c.serial_hex and j.purpose = 'certificate'))::int as "signed without journal",
      (select count(*) from issuer.certificate c where c.root_authority_id is null and not exists (select from issuer.domain d where d.certificate_id = c.id))::int as "without names",
      (select count(*) from issuer.certificate c where c.root_authority_id is null and (select count(*) from issuer.certificate_log l where l.certificate_id = c.id and l.log_type = 'create_cert') <> 1)::int as "without log row",
      (select count(*) from issuer.certificate c where (select count(*) from issuer.audit_entry a where a.object_type = 'certificate' and a.object_id = c.id::text and a.action = 'certificate.issued') <> 1)::int as "without audit entry",
      (select count(*) from issuer.certificate c where exists (select from unnest(c.role_ids) as wanted(id) where not exists (select from gateway.role r where r.id = wanted.id)))::int as "without role"`,
  );
  return row;
}

export const sound = {
  'serials twice': 0,
  'without key': 0,
  'key twice': 0,
  'signed without journal': 0,
  'without names': 0,
  'without log row': 0,
  'without audit entry': 0,
  'without role': 0,
};

/** Audit entries of certificates that the common log of the gateway has not gathered yet. */
export async function ungathered(platform: Platform): Promise<number> {
  const [row] = await ask<{ count: number }>(
    platform,
    `select count(*)::int as count from issuer.audit_entry a where not exists (select from gateway.audit_log l where l.id = a.id)`,
  );
  return row?.count ?? -1;
}

/** Keys that nothing uses, and signatures that neither a certificate nor the list of orphans answers to. */
export async function leftovers(platform: Platform): Promise<{ keys: number; signatures: number }> {
  const [row] = await ask<{ keys: number; signatures: number }>(
    platform,
    `select
      (select count(*) from keyvault.key k where not exists (select from issuer.certificate c where c.key_id = k.id) and not exists (select from issuer.authority a where a.key_id = k.id))::int as keys,
      (select count(*) from keyvault.signing_journal j where j.purpose = 'certificate'
        and not exists (select from issuer.certificate c where c.serial_hex = j.serial_hex) and not exists (select from issuer.orphan_signature o where o.sequence = j.sequence))::int as signatures`,
  );
  return row ?? { keys: -1, signatures: -1 };
}

/** Certificates that hold this name, whichever row they have. */
export async function countNamed(platform: Platform, commonName: unknown): Promise<number> {
  const [row] = await ask<{ count: number }>(platform, 'select count(*)::int as count from issuer.certificate where cn = $1', [commonName]);
  return row?.count ?? -1;
}
