import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CertificateListInput, CertificateRecord, Window } from '@sifaka/contracts';
import { openDatabase, type Database, type Sql } from '@sifaka/database';
import { fixedClock } from '@sifaka/kernel';
import { testDatabase, type TestDatabase } from '@sifaka/testing';
import { issuerService } from '../issuer.service.js';
import { ListCertificates } from '../listing/list-certificates.js';
import { fillInventory } from './many-certificates.js';

jest.setTimeout(120_000);

const now = new Date('2026-03-10T12:00:00Z');
const count = 20_000;

let server: TestDatabase;
let database: Database;
beforeAll(async () => {
  server = await testDatabase([{ name: 'issuer', migrations: issuerService.migrations }]);
  database = await openDatabase({ service: 'issuer', url: server.urlOf('issuer'), statementTimeoutMs: 60_000 });
  await fillInventory(database, count, now);
});
afterAll(async () => {
  await database.close();
  await server.drop();
});

/** The plans of the statements that a list runs; the rows of the page are of no interest here. */
async function plansOf(read: (lists: ListCertificates) => Promise<unknown>): Promise<string[]> {
  const plans: string[] = [];
  const explaining: Sql = {
    query: async (statement, params) => {
      const { text, values } = typeof statement === 'string' ? { text: statement, values: params } : { ...statement, values: statement.values ?? params };
      const rows = await database.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return database.query(statement, params);
    },
  };
  const reader = { records: (ids: readonly number[]) => Promise.resolve(ids.map((id) => ({ id }) as CertificateRecord)) };
  const settings = { hideExpiredAfterMonths: -1, hidesDeleted: false };
  await read(new ListCertificates(explaining as never, reader as never, fixedClock(now), settings));
  return plans;
}

const everything: CertificateListInput = {
  window: { offset: 0, limit: 10, sortBy: null, sortDir: null, cursor: null },
  filter: null,
  ids: null,
  name: null,
  serial: null,
  showExpired: false,
  timeRange: null,
  destinationId: null,
  notificationId: null,
  owner: null,
  active: null,
  rotation: null,
  creatorIds: null,
  authorityId: null,
};
const window = (parts: Partial<Window>): { window: Window } => ({ window: { ...everything.window, ...parts } });
const deep = (by: string | null, value: string | null) =>
  Buffer.from(JSON.stringify({ by, dir: by === null ? 'asc' : 'desc', value, id: count / 2, total: count })).toString('base64url');

const lists: [title: string, input: Partial<CertificateListInput>][] = [
  ['the first page', {}],
  ['a page far behind, by cursor', window({ cursor: deep(null, null) })],
  ['expired ones too', { showExpired: true }],
  ['sorted by the newest', window({ sortBy: 'id', sortDir: 'desc' })],
  ['sorted by their end, last first', window({ sortBy: 'notAfter', sortDir: 'desc' })],
  ['sorted by their end, far behind', window({ sortBy: 'notAfter', sortDir: 'desc', cursor: deep('notAfter', '2027-01-01T00:00:00Z') })],
  ['sorted by creation', window({ sortBy: 'dateCreated', sortDir: 'desc' })],
  ['sorted by common name, downwards', window({ sortBy: 'cn', sortDir: 'desc' })],
  ['sorted by name', window({ sortBy: 'name', sortDir: 'asc' })],
  ['sorted by owner', window({ sortBy: 'owner', sortDir: 'desc' })],
  ['with a part of a common name', { filter: 'cn;host-777' }],
  ['with a whole common name', { filter: 'cn;"host-777.team-277.corp.test"' }],
  ['with a part of any name', { filter: 'name;host-777' }],
  ['with a part of an owner', { filter: 'owner;team-77@' }],
  ['of an owner', { owner: 'team-77@corp.test' }],
  ['with a serial', { serial: '1000000000000000000' }],
  ['with a part of a serial', { filter: 'serial;6153081459189', showExpired: true }],
  ['with a part of a hexadecimal serial', { filter: 'serialHex;DE0B6B3A76', showExpired: true }],
  ['with a part of an external id', { filter: 'externalId;ext-abc' }],
  ['of a name', { name: 'SAN-host-777.team-277.corp.test-CorpIssuingCA2' }],
  ['of a creator', { creatorIds: [7] }],
  ['of an authority', { authorityId: 3 }],
  ['that end within two weeks', { timeRange: 2 }],
  ['at a destination', { destinationId: 7 }],
  ['at a destination, far behind', { destinationId: 7, ...window({ cursor: deep(null, null) }) }],
  ['at a destination, by filter', { filter: 'destination;7', showExpired: true }],
  ['at a destination, that end within two weeks', { destinationId: 7, timeRange: 2 }],
];

describe('lists of a large inventory', () => {
  it.each(lists)('%s: read indexes alone', async (_title, input) => {
    const plans = await plansOf((reading) => reading.run({ ...everything, ...input }));
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on (certificate|domain|certificate_attachment)\b/);
  });

  it('find those at a destination by their index', async () => {
    const plans = await plansOf((reading) => reading.run({ ...everything, destinationId: 7 }));
    for (const plan of plans) expect(plan).toMatch(/Index (Only )?Scan (using|on) certificate_attachment_pkey/);
  });

  it.each([
    ['a common name', { cn: 'host-19777.team-277.corp.test', san: null, owner: null }],
    ['the beginning of a common name', { cn: 'host-1977%', san: null, owner: null }],
    ['the beginning of an alternative name', { cn: '%', san: 'alt-1977%', owner: null }],
    ['an owner', { cn: '%', san: null, owner: 'team-7@corp.test' }],
    ['anything', { cn: '%', san: null, owner: null }],
  ])('valid ones with %s: read indexes alone', async (_title, input) => {
    const plans = await plansOf((reading) => reading.valid({ ...input, ...window({}) }));
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on (certificate|domain)\b/);
  });

  it('pass over what has expired in the index, not in the rows', async () => {
    const [page] = await plansOf((reading) => reading.run(everything));
    expect(page).toContain('Index Only Scan using certificate_page');
  });

  it.each(['serial;6153081459189', 'serialHex;DE0B6B3A76', 'externalId;ext-abc'])('find %s by the index on numbers', async (filter) => {
    const [page] = await plansOf((reading) => reading.run({ ...everything, showExpired: true, filter }));
    expect(page).toContain('Bitmap Index Scan on certificate_numbers');
  });

  it('read behind a cursor without the rows before it', async () => {
    const [page, ...counts] = await plansOf((reading) =>
      reading.run({ ...everything, showExpired: true, ...window({ sortBy: 'notAfter', sortDir: 'desc', cursor: deep('notAfter', '2027-01-01T00:00:00Z') }) }),
    );
    expect(page).toMatch(/Index Only Scan Backward using certificate_not_after[\s\S]*Index Cond: \(ROW\(not_after, id\) </);
    expect(counts).toEqual([]);
  });
});
