import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import { aGateway, userPassword, type Gateway } from './a-gateway.js';

jest.setTimeout(60_000);

let gateway: Gateway;
const clock = fixedClock(new Date());
beforeAll(async () => void (gateway = await aGateway({ clock, env: { SIFAKA_TOKEN_EXPIRATION: '30' } })));
afterAll(() => gateway.stop());

const post = (path: string, body: unknown, key: string, token = gateway.admin) =>
  gateway.send('POST', path, { token, body, headers: { 'idempotency-key': key } });
const aUser = (name: string) => ({ username: name, email: `${name}@example.com`, password: userPassword, active: true });

describe('Idempotency-Key', () => {
  it('gives a repeated request the first answer, to the letter', async () => {
    const first = await post('/users', aUser('once'), 'key-1');
    const second = await post('/users', aUser('once'), 'key-1');
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.text).toBe(first.text);
    expect((await gateway.send('GET', '/users?filter=username;once', { token: gateway.admin })).body.total).toBe(1);
  });

  it('refuses the key for another request', async () => {
    await post('/roles', { name: 'first-use' }, 'key-2');
    const { status, body } = await post('/roles', { name: 'second-use' }, 'key-2');
    expect([status, body.reason]).toEqual([409, 'idempotency.other_request']);
  });

  it('runs one of many requests that come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('/roles', { name: 'crowd' }, 'key-3')));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
  });

  it('belongs to its user', async () => {
    const other = await gateway.aUser('namesake', ['admin']);
    await post('/roles', { name: 'mine' }, 'key-4');
    expect((await post('/roles', { name: 'theirs' }, 'key-4', other.token)).status).toBe(200);
  });

  it('does not remember a refusal', async () => {
    expect((await post('/users', { ...aUser('retry'), password: 'weak' }, 'key-5')).status).toBe(400);
    expect((await post('/users', aUser('retry'), 'key-5')).status).toBe(200);
  });

  it('makes one API key, of which every repetition gets a token, and stores none', async () => {
    const first = await post('/keys', { name: 'ci', ttl: 5 }, 'key-6');
    const second = await post('/keys', { name: 'ci', ttl: 5 }, 'key-6');
    expect([first.status, second.status]).toEqual([200, 200]);
    expect((await gateway.send('GET', '/keys?filter=name;ci', { token: gateway.admin })).body.total).toBe(1);
    const rows = await gateway.platform
      .database('gateway')
      .query('select answer::text as answer from idempotency_key where key = $1', ['key-6']);
    expect(rows).toEqual([{ answer: expect.stringMatching(/^\d+$/) }]);
  });

  it('waits for nobody who died: after a minute the request is tried again', async () => {
    const sql = gateway.platform.database('gateway');
    await post('/roles', { name: 'survivor' }, 'key-7');
    await sql.query(`update idempotency_key set answered_at = null, answer = null where key = 'key-7'`);
    clock.advance(61_000);
    // The first attempt had stored the role before it died, so the second finds the name taken; what matters is that it ran.
    expect((await post('/roles', { name: 'survivor' }, 'key-7')).body.reason).toBe('role.name_taken');
  });

  it('is forgotten after a day', async () => {
    await post('/roles', { name: 'old-news' }, 'key-8');
    clock.advance(24 * 3_600_000 + 1);
    expect((await post('/roles', { name: 'new-news' }, 'key-8')).status).toBe(200);
  });

  it.each(['x'.repeat(256), 'schlüssel'])('is refused when it is no key: %s', async (key) => {
    expect((await post('/roles', { name: 'never' }, encodeURIComponent(key).includes('%') ? 'a\u00fcb' : key)).status).toBe(400);
  });
});
