import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import { adminPassword, aGateway, type Gateway } from './a-gateway.js';

jest.setTimeout(60_000);

let gateway: Gateway | undefined;
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

const login = (from: string, password = 'wrong', at: Gateway | undefined = gateway) =>
  at!.send('POST', '/auth/login', { body: { username: 'admin', password }, headers: { 'x-forwarded-for': from } });

describe('login throttle', () => {
  it('lets ten logins of an address through in five minutes, right or wrong, on all replicas together', async () => {
    const clock = fixedClock(new Date());
    // Signing in for the test itself counts for the peer's own address.
    gateway = await aGateway({ clock, env: { SIFAKA_LOGIN_LIMIT: '10', SIFAKA_TRUSTED_PROXIES: '127.0.0.1' } });
    const replica = await gateway.platform.replicate('gateway');
    const statuses: number[] = [];
    for (let count = 0; count < 10; count += 1) statuses.push((await login('198.51.100.7', count === 4 ? adminPassword : 'wrong')).status);
    expect(statuses.filter((status) => status === 403)).toHaveLength(9);
    expect(statuses[4]).toBe(200);

    const beyond = await fetch(`${replica.address}/api/1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '198.51.100.7' },
      body: JSON.stringify({ username: 'admin', password: adminPassword }),
    });
    expect(beyond.status).toBe(429);
    expect(Number(beyond.headers.get('retry-after'))).toBe(300);
    expect((await login('198.51.100.8', adminPassword)).status).toBe(200);

    clock.advance(300_000);
    expect((await login('198.51.100.7', adminPassword)).status).toBe(200);
  });

  it('believes X-Forwarded-For of nobody who is not a trusted proxy', async () => {
    gateway = await aGateway({ env: { SIFAKA_LOGIN_LIMIT: '3' } });
    const statuses = [await login('198.51.100.1'), await login('198.51.100.2'), await login('198.51.100.3')].map(({ status }) => status);
    expect(statuses).toEqual([403, 403, 429]);
  });
});
