import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Database } from '@sifaka/database';
import { auditEntry, Outbox } from '@sifaka/messaging';
import { aPrincipal, waitUntil } from '@sifaka/testing';
import { AuditLogRepository } from '../audit/audit-log.repository.js';
import { aGateway, userPassword, type Gateway } from './a-gateway.js';

jest.setTimeout(60_000);

let gateway: Gateway;
beforeAll(async () => void (gateway = await aGateway()));
afterAll(() => gateway.stop());

const admin = (method: string, path: string, body?: unknown) =>
  gateway.send(method, path, { token: gateway.admin, ...(body !== undefined && { body }) });
const aUser = (name: string) => ({ username: name, email: `${name}@example.com`, password: userPassword, active: true });

describe('audit', () => {
  it('tells who gave whom which role, with the change itself', async () => {
    const events = await gateway.platform.events('sifaka.v1.user.>');
    const { id } = (await admin('POST', '/users', aUser('promoted'))).body;
    await admin('PUT', `/users/${id}`, {
      username: 'promoted',
      email: 'promoted@example.com',
      active: false,
      roles: [{ name: 'operator' }],
    });
    const { items } = (await admin('GET', `/audit?objectType=user&objectId=${id}`)).body;
    expect(items.map(({ action, details }: { action: string; details: unknown }) => ({ action, details }))).toEqual([
      { action: 'role.granted', details: { roleId: expect.any(Number), role: 'operator' } },
      { action: 'user.updated', details: { active: { from: true, to: false }, passwordChanged: false } },
      { action: 'user.created', details: { email: 'promoted@example.com', active: true } },
    ]);
    expect(items[0]).toMatchObject({
      service: 'gateway',
      actor: { kind: 'user', name: 'admin@sifaka.internal', apiKeyId: null },
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    await events.waitFor((event) => event.type === 'sifaka.v1.user.updated' && event.subject === String(id));
  });

  it('gathers what the other services did, once', async () => {
    const { app } = gateway.platform.service('issuer');
    const entry = auditEntry(aPrincipal(), {
      at: new Date(),
      service: 'issuer',
      action: 'key.viewed',
      object: { type: 'certificate', id: 7, name: 'shop' },
    });
    await app.get(Database).transaction((tx) => app.get(Outbox).record(tx, [entry]));
    await waitUntil(async () => (await admin('GET', '/audit?action=key.viewed')).body.total === 1);
    await gateway.platform.service('gateway').app.get(AuditLogRepository).gather(entry);
    expect((await admin('GET', '/audit?action=key.viewed')).body.items).toEqual([{ ...entry, at: entry.at.replace('Z', '000+00:00') }]);
  });

  it('cannot be changed, not even by the service itself', async () => {
    const sql = gateway.platform.database('gateway');
    await expect(sql.query(`update audit_log set actor_name = 'nobody'`)).rejects.toThrow('never changed');
    await expect(sql.query('delete from audit_log')).rejects.toThrow('never changed');
  });

  it('is read back in pages by cursor', async () => {
    const first = (await admin('GET', '/audit?count=2')).body;
    const second = (await admin('GET', `/audit?count=2&cursor=${first.nextCursor}`)).body;
    expect(new Set([...first.items, ...second.items].map(({ id }: { id: string }) => id)).size).toBe(4);
    expect((await admin('GET', '/audit?since=2100-01-01T00:00:00Z')).body).toMatchObject({ items: [], total: 0 });
  });
});
