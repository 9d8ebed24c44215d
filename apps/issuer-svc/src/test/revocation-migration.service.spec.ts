import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { migrate, openDatabase, platformTables, type Database } from '@sifaka/database';
import { newId } from '@sifaka/kernel';
import { testDatabase, type TestDatabase } from '@sifaka/testing';
import { issuerMigrations } from '../migrations/migrations.js';
import { fillInventory } from './many-certificates.js';

const before = issuerMigrations.findIndex(({ name }) => name === '0020-revocation-changes');

let databases: TestDatabase;
let database: Database;
beforeAll(async () => {
  databases = await testDatabase([{ name: 'issuer', migrations: [...platformTables('issuer'), ...issuerMigrations.slice(0, before)] }]);
  database = await openDatabase({ service: 'issuer', url: databases.urlOf('issuer') });
  await fillInventory(database, 600, new Date());
});
afterAll(async () => {
  await database.close();
  await databases.drop();
});

const audited = (minute: number, action: string, details: object) =>
  database.query("insert into audit_entry (id, at, action, actor, object_type, object_id, details) values ($1, $2, $3, '{}', 'certificate', '1', $4)", [newId(), new Date(Date.UTC(2026, 0, 1, 0, minute)), action, JSON.stringify(details)]);

it('the record of revocations begins with what the audit entries remember, and misses nothing from then on', async () => {
  await audited(1, 'certificate.revoked', { status: { before: null, after: 'revoked' }, revocationReason: { before: null, after: 'certificateHold' } });
  await audited(2, 'certificate.revoked', {});
  await audited(3, 'certificate.released', { revocationReason: { before: 'certificateHold', after: null } });
  await audited(4, 'certificate.found_revoked', { crlReason: 'keyCompromise' });
  await audited(5, 'certificate.updated', { owner: { before: 'a@corp.test', after: 'b@corp.test' } });
  await migrate(databases.urlOf('issuer'), { schema: 'issuer', migrations: [...platformTables('issuer'), ...issuerMigrations] });
  const changes = (id: number) => database.query('select is_revoked as "isRevoked", reason from revocation_change where certificate_id = $1 order by id', [id]);
  expect(await changes(1)).toEqual([
    { isRevoked: true, reason: 'certificateHold' },
    { isRevoked: false, reason: null },
    { isRevoked: true, reason: 'keyCompromise' },
  ]);

  await database.query("update certificate set status = 'revoked', revoked_at = now(), revocation_reason = 'certificateHold' where id = 2");
  await database.query("update certificate set status = 'revoked', revocation_comments = 'again' where id = 2");
  await database.query("update certificate set status = 'valid', revoked_at = null, revocation_reason = null where id = 2");
  await database.query("update certificate set status = 'unknown' where id = 2");
  expect(await changes(2)).toEqual([
    { isRevoked: true, reason: 'certificateHold' },
    { isRevoked: false, reason: null },
  ]);
});
