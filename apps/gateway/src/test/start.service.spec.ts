import { testPlatform } from '@sifaka/testing';
import { describe, expect, it, jest } from '@jest/globals';
import { gatewayService } from '../gateway.service.js';
import { adminPassword, aGateway } from './a-gateway.js';

jest.setTimeout(60_000);

describe('start of the gateway', () => {
  it('takes the first administrator with a weak password too: who sets it owns the installation', async () => {
    const gateway = await aGateway({
      env: { SIFAKA_ADMIN_USERNAME: 'root', SIFAKA_ADMIN_PASSWORD: 'short' },
      administrator: ['root', 'short'],
    });
    try {
      expect((await gateway.send('GET', '/auth/me', { token: gateway.admin })).body).toMatchObject({
        username: 'root',
        roles: [{ name: 'admin' }],
      });
    } finally {
      await gateway.stop();
    }
  });

  it('refuses to run without a token secret, and names the setting', async () => {
    await expect(testPlatform({ services: [gatewayService] })).rejects.toThrow('SIFAKA_TOKEN_SECRET: required');
  });

  it('makes the administrator once: another password at a later start changes nothing', async () => {
    const gateway = await aGateway();
    try {
      await gateway.platform.restart('gateway');
      await gateway.login('admin', adminPassword);
      const replica = await gateway.platform.replicate('gateway');
      expect(replica.address).not.toBe(gateway.address());
      const { body } = await gateway.send('GET', '/users', { token: gateway.admin });
      expect(body.total).toBe(1);
      const roles = await gateway.send('GET', '/roles?sortBy=name&sortDir=asc', { token: gateway.admin });
      expect(roles.body.items.map(({ name }: { name: string }) => name)).toEqual(['admin', 'global_cert_issuer', 'operator', 'read-only']);
    } finally {
      await gateway.stop();
    }
  });

  it('holds every user to a base role in strict mode', async () => {
    const gateway = await aGateway({ env: { LEMUR_STRICT_ROLE_ENFORCEMENT: 'true', CHECK_PASSWORD_STRENGTH: 'false' } });
    try {
      const user = { username: 'u', email: 'u@example.com', password: 'weak', active: true };
      const { status, body } = await gateway.send('POST', '/users', { token: gateway.admin, body: user });
      expect([status, Object.keys(body.reasons)]).toEqual([400, ['roles']]);
      expect(
        (await gateway.send('POST', '/users', { token: gateway.admin, body: { ...user, roles: [{ name: 'read-only' }] } })).status,
      ).toBe(200);
    } finally {
      await gateway.stop();
    }
  });

  it('answers the health check with 503 while the database cannot be reached', async () => {
    const gateway = await aGateway();
    try {
      await gateway.platform.databases.drop();
      const { status, text } = await gateway.send('GET', '/healthcheck');
      expect([status, text]).toEqual([503, 'db check failed']);
    } finally {
      await gateway.stop();
    }
  });
});

describe('what operators ask the gateway', () => {
  it('is answered on its own port; metrics to this machine alone', async () => {
    const gateway = await aGateway();
    try {
      const ask = (path: string, headers: Record<string, string> = {}) => fetch(`${gateway.address()}${path}`, { headers });
      expect((await ask('/livez')).status).toBe(200);
      const ready = await ask('/readyz');
      expect([ready.status, await ready.json()]).toMatchObject([200, { ready: true, checks: { database: 'ok' } }]);
      expect(await (await ask('/metrics')).text()).toContain('response_time_bucket');
      expect((await ask('/metrics', { 'x-forwarded-for': '198.51.100.7' })).status).toBe(404);
    } finally {
      await gateway.stop();
    }
  });
});
