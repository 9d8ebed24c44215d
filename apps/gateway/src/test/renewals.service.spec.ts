import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aGateway, type Gateway } from './a-gateway.js';
import { renewalWorld } from './renewal-stand-in.js';

jest.setTimeout(60_000);

let gateway: Gateway;
let reader: string;
beforeAll(async () => {
  gateway = await aGateway();
  reader = (await gateway.aUser('reader')).token;
});
afterAll(() => gateway.stop());

const asAdmin = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => gateway.send(method, path, { token: gateway.admin, body, headers });

describe('a reissue over REST', () => {
  it('answers with what was asked for and the new certificate; as dry run with the plan alone', async () => {
    const rehearsal = await asAdmin('POST', '/certificates/5/reissue', { dryRun: true });
    expect(rehearsal).toMatchObject({ status: 200, body: { plan: { certificateId: 5, commonName: 'shop.corp.test' }, certificate: null, pending: null } });
    const done = await asAdmin('POST', '/certificates/5/reissue', { force: true });
    expect(done).toMatchObject({ status: 200, body: { certificate: { id: expect.any(Number), roles: [] }, pending: null } });
    expect(renewalWorld.reissues.map(({ id, isDryRun, isForced }) => [id, isDryRun, isForced])).toEqual([[5, true, false], [5, false, true]]);
  });

  it('is made once for one key', async () => {
    const headers = { 'idempotency-key': 'once' };
    const [first, second] = [await asAdmin('POST', '/certificates/6/reissue', {}, headers), await asAdmin('POST', '/certificates/6/reissue', {}, headers)];
    expect(second.body.certificate.id).toBe(first.body.certificate.id);
    expect(renewalWorld.reissues.filter(({ id }) => id === 6)).toEqual([{ id: 6, isDryRun: false, isForced: false, requestKey: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  });
});

describe('the timeline of a certificate', () => {
  it('says what comes next, and which services did not answer', async () => {
    const { status, body } = await gateway.send('GET', '/certificates/5/timeline', { token: reader });
    expect(status).toBe(200);
    expect(body).toMatchObject({ certificateId: 5, renewal: { state: 'planned' }, next: { kind: 'renewal', at: '2026-12-01T00:00:00Z' }, total: 2, missing: ['deploy', 'notify'] });
    expect(body.items.map(({ kind }: { kind: string }) => kind)).toEqual(['expiry', 'renewal']);
    expect((await asAdmin('GET', '/certificates/404/timeline')).status).toBe(404);
  });
});

describe('rotation policies over REST', () => {
  it('are made, read, changed and deleted by administrators, and read by everybody', async () => {
    const made = await asAdmin('POST', '/rotation_policies', { name: 'short', hours: 12 });
    expect(made).toMatchObject({ status: 200, body: { id: 1, name: 'short', days: 0, hours: 12, lifetimeFraction: null, certificateCount: 0 } });
    expect((await asAdmin('PUT', '/rotation_policies/1', { name: 'third', lifetimeFraction: 0.33 })).body).toMatchObject({ name: 'third', hours: 0, lifetimeFraction: 0.33 });
    expect((await gateway.send('GET', '/rotation_policies', { token: reader })).body).toMatchObject({ total: 1, items: [{ name: 'third' }] });
    expect((await gateway.send('GET', '/rotation_policies/1', { token: reader })).status).toBe(200);
    expect((await gateway.send('POST', '/rotation_policies', { token: reader, body: { name: 'mine', days: 1 } })).status).toBe(403);
    expect((await gateway.send('DELETE', '/rotation_policies/1', { token: reader })).status).toBe(403);
    expect((await asAdmin('DELETE', '/rotation_policies/1')).status).toBe(204);
    expect((await asAdmin('GET', '/rotation_policies/1')).status).toBe(404);
  });

  it('are refused where they would never renew anything, and not deleted while certificates have them', async () => {
    for (const [body, reasons] of [
      [{ days: 1 }, { name: 'is required' }],
      [{ name: '   ', days: 1 }, { name: 'must not be blank' }],
      [{ name: 'x', days: 'x' }, { days: 'must be a whole number, not "x"' }],
    ]) expect((await asAdmin('POST', '/rotation_policies', body)).body).toMatchObject({ message: 'Validation Error.', reasons });
    expect(await asAdmin('POST', '/rotation_policies', { name: 'never' })).toMatchObject({ status: 400, body: { reasons: { days: expect.stringContaining('nothing would ever be renewed') } } });
    renewalWorld.policies.set(9, { id: 9, name: 'used', days: 3, hours: 0, lifetimeFraction: null, certificateCount: 2 });
    expect(await asAdmin('DELETE', '/rotation_policies/9')).toMatchObject({ status: expect.any(Number), body: { code: 'failed_precondition', reason: 'rotation_policy.in_use' } });
  });
});
