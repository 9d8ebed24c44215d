import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { openDatabase, type Database, type Sql } from '@sifaka/database';
import { testDatabase, type TestDatabase } from '@sifaka/testing';
import { issuerService } from '../issuer.service.js';
import { RevocationCheckRepository, type CheckRound } from '../revocation-check/revocation-check.repository.js';
import { fillInventory } from './many-certificates.js';

jest.setTimeout(120_000);

const now = new Date('2026-03-10T12:00:00Z');
const count = 8_000;
const terms = { endsFrom: now, createdUntil: now, pluginSlugs: [], count: 200 };

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

/** Runs what it is asked, and keeps the plan of each statement. */
function explaining(plans: string[]): Sql {
  return {
    query: async (statement, params) => {
      if (typeof statement === 'string') return database.query(statement, params);
      const rows = await database.query<{ 'QUERY PLAN': string }>(`explain ${statement.text}`, statement.values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return database.query(statement);
    },
  };
}

it('walks an inventory page by page along its index, from the newest down', async () => {
  const plans: string[] = [];
  const repository = new RevocationCheckRepository(explaining(plans) as never);
  const round: CheckRound = { startedAt: now, belowId: null };
  const seen: number[] = [];
  for (let page = await repository.page({ round, ...terms }); page.length > 0; page = await repository.page({ round, ...terms })) {
    seen.push(...page.map(({ id }) => id));
    round.belowId = page.at(-1)?.id ?? 0;
  }
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
  const expected = await database.query<{ count: number }>("select count(*)::int from certificate where not_after >= $1 and date_created <= $1 and status is distinct from 'revoked'", [now]);
  expect(seen).toHaveLength(expected[0]?.count ?? 0);
  for (const plan of plans) {
    expect(plan).not.toMatch(/Seq Scan on certificate\b/);
    expect(plan).not.toContain('Sort');
  }
});

it('looks for issuers along the indexes of names, however many certificates have one', async () => {
  const plans: string[] = [];
  const repository = new RevocationCheckRepository(explaining(plans) as never);
  const [known] = await database.query<{ cn: string; issuer: string; name: string }>('select cn, issuer, distinguished_name as name from certificate where cn is not null limit 1');
  if (known === undefined) throw new Error('the inventory is empty');
  expect((await repository.issuers({ name: known.name, commonName: known.cn, slug: known.issuer })).length).toBeGreaterThan(0);
  await repository.issuers({ name: 'O=Nobody', commonName: null, slug: '<unknown>' });
  expect(plans).toHaveLength(2);
  for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on certificate\b/);
});
