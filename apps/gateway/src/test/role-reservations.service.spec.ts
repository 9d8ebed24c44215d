import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import { Jobs } from '@sifaka/messaging';
import { aPrincipal, waitUntil } from '@sifaka/testing';
import { RoleReservations } from '../role/role-reservations.js';
import { aGateway, type Gateway } from './a-gateway.js';
import { world } from './stand-ins.js';

jest.setTimeout(60_000);

let gateway: Gateway;
let reservations: RoleReservations;
const clock = fixedClock(new Date());
beforeAll(async () => {
  gateway = await aGateway({ clock });
  reservations = gateway.platform.service('gateway').app.get(RoleReservations);
});
afterAll(() => gateway.stop());

const wanted = (...names: string[]) => names.map((name) => ({ name, description: `role ${name}` }));
const isVisible = async (name: string) =>
  (await gateway.send('GET', `/roles?filter=name;${name}`, { token: gateway.admin })).body.total === 1;
const exists = async (name: string) =>
  (await gateway.platform.database('gateway').query('select 1 from role where name = $1', [name])).length === 1;
const sweep = () => reservations.sweep({}, { signal: new AbortController().signal });
const principal = aPrincipal({ admin: true });

describe('role reservations', () => {
  it('keep a role out of sight until it is confirmed, and then tell of it', async () => {
    const events = await gateway.platform.events('sifaka.v1.role.created');
    const { roles, pendingIds } = await reservations.ensure(wanted('owner@example.com'));
    expect(await isVisible('owner@example.com')).toBe(false);
    await reservations.confirm(pendingIds, principal);
    expect(await isVisible('owner@example.com')).toBe(true);
    await events.waitFor(({ subject }) => subject === String(roles[0]?.id));
  });

  it('find a role that exists, with nothing to confirm', async () => {
    const { roles, pendingIds } = await reservations.ensure(wanted('operator', 'admin'));
    expect(roles.map(({ name }) => name)).toEqual(['operator', 'admin']);
    expect(pendingIds).toEqual([]);
  });

  it('give two requests at once the same role', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, () => reservations.ensure(wanted('shared-b', 'shared-a'))));
    expect(new Set(made.map(({ roles }) => JSON.stringify(roles))).size).toBe(1);
  });

  it('refuse a name that has a role already, where it must be new', async () => {
    await reservations.reserveNew(wanted('ca_admin'));
    const { pendingIds } = await reservations.reserveNew(wanted('ca_admin'));
    await reservations.confirm(pendingIds, principal);
    await expect(reservations.reserveNew(wanted('ca_admin'))).rejects.toMatchObject({ code: 'already_exists' });
    await expect(reservations.ensure(wanted('creator'))).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('are swept when nobody confirmed them in two minutes and nothing uses them', async () => {
    await reservations.ensure(wanted('left-over'));
    await sweep();
    expect(await exists('left-over')).toBe(true);
    clock.advance(120_001);
    await sweep();
    expect(await exists('left-over')).toBe(false);
  });

  it('become roles when the issuer uses them, though the gateway died before it could confirm', async () => {
    const { roles } = await reservations.ensure(wanted('orphaned'));
    world.roleUses.set(roles[0]!.id, { certificates: 1, authorities: 0 });
    clock.advance(120_001);
    await sweep();
    expect(await isVisible('orphaned')).toBe(true);
  });

  it('give way to a role of that name made by hand', async () => {
    const { roles } = await reservations.ensure(wanted('by-hand'));
    const { status, body } = await gateway.send('POST', '/roles', { token: gateway.admin, body: { name: 'by-hand' } });
    expect([status, body.id]).toEqual([200, roles[0]?.id]);
  });

  it('cannot be given to a user', async () => {
    const { roles } = await reservations.ensure(wanted('not-yet'));
    const user = { username: 'eager', email: 'eager@example.com', password: 'Eager-Beaver-21!', active: true };
    const answer = await gateway.send('POST', '/users', { token: gateway.admin, body: { ...user, roles: [{ id: roles[0]?.id }] } });
    expect(answer.status).toBe(400);
  });

  it('are swept by a job', async () => {
    await gateway.platform.service('gateway').app.get(Jobs).runNow('sweep-role-reservations');
    await waitUntil(
      async () =>
        (
          await gateway.platform
            .database('gateway')
            .query(`select 1 from job_status where name = 'sweep-role-reservations' and last_success_at is not null`)
        ).length === 1,
      { timeoutMs: 30_000, what: 'the first run of the job' },
    );
  });
});
