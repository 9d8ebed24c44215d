import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { waitUntil } from '@sifaka/testing';
import { aGateway, type Gateway } from './a-gateway.js';

jest.setTimeout(60_000);

let gateway: Gateway;
beforeAll(async () => void (gateway = await aGateway()));
afterAll(() => gateway.stop());

const asAdmin = (method: string, path: string) => gateway.send(method, path, { token: gateway.admin });

interface Task {
  name: string;
  service: string;
}

describe('tasks', () => {
  it('are listed with what they did last and when they run next, of every service that answers', async () => {
    const { status, body } = await asAdmin('GET', '/tasks');
    expect(status).toBe(200);
    expect(body.total).toBe(body.items.length);
    const task = body.items.find(({ name }: Task) => name === 'gateway.prune-logins');
    expect(task).toEqual({
      name: 'gateway.prune-logins',
      service: 'gateway',
      cron: '*/10 * * * *',
      lastStartedAt: null,
      lastSuccessAt: null,
      lastError: null,
      lastErrorAt: null,
      lastDurationMs: null,
      nextRunAt: expect.stringMatching(/Z$/),
    });
    expect(body.items.map(({ service }: Task) => service)).toContain('issuer');
    expect(body.items.map(({ name }: Task) => name)).toContain('issuer.housekeeping');
  });

  it('are listed of one service when asked', async () => {
    const { body } = await asAdmin('GET', '/tasks?service=gateway');
    expect([...new Set(body.items.map(({ service }: Task) => service))]).toEqual(['gateway']);
    expect((await asAdmin('GET', '/tasks?service=nonsense')).status).toBe(400);
  });

  it.each(['gateway.prune-logins', 'issuer.housekeeping'])('run now on request, and the log says who asked: %s', async (name) => {
    const answer = await asAdmin('POST', `/tasks/${name}/run`);
    expect([answer.status, answer.body]).toEqual([200, { name }]);
    const [entry] = (await asAdmin('GET', `/audit?action=task.requested&objectId=${name}`)).body.items;
    expect(entry).toMatchObject({ actor: { name: 'admin@sifaka.internal' }, object: { type: 'task', id: name } });
    const last = async () => (await asAdmin('GET', '/tasks')).body.items.find((task: Task) => task.name === name).lastSuccessAt;
    await waitUntil(async () => (await last()) !== null);
  });

  it.each(['issuer.no-such-job', 'gateway.no-such-job', 'nowhere.housekeeping', 'housekeeping', 'issuer.', `issuer.${'x'.repeat(80)}`])(
    'that are not there are 404: %s',
    async (name) => {
      expect((await asAdmin('POST', `/tasks/${name}/run`)).status).toBe(404);
    },
  );

  it('of a service that is away answer 503', async () => {
    expect((await asAdmin('POST', '/tasks/deploy.housekeeping/run')).status).toBe(503);
  });
});

describe('status', () => {
  it('shows who answers, and who is away', async () => {
    const { body } = await asAdmin('GET', '/status');
    const byName = Object.fromEntries(body.items.map((service: { name: string }) => [service.name, service]));
    expect(byName.gateway).toEqual({ name: 'gateway', isAvailable: true, version: expect.any(String), startedAt: expect.stringMatching(/Z$/) });
    expect(byName.issuer).toMatchObject({ isAvailable: true });
    expect(byName.deploy).toEqual({ name: 'deploy', isAvailable: false, version: null, startedAt: null });
    expect(body.total).toBe(7);
  });
});
