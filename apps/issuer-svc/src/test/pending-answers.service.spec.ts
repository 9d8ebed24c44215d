import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { cancelPendingCertificate, getPendingCertificate, listPendingCertificates, uploadPendingCertificate } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { createLogger } from '@sifaka/observability';
import { certificatePem } from '@sifaka/pki';
import { connectionFault } from '@sifaka/plugin-sdk';
import { CONFIG } from '@sifaka/runtime';
import { aPrincipal, waitUntil } from '@sifaka/testing';
import type { IssuerConfig } from '../issuer.config.js';
import { ReconcileKeyvault } from '../reconcile/reconcile-keyvault.js';
import { ReconcileRepository } from '../reconcile/reconcile.repository.js';
import { admin } from './an-issuer.js';
import { byHand, later, refused } from './an-outside-ca.js';
import { aPendingWorld, type PendingWorld } from './a-pending-world.js';

let world: PendingWorld;
beforeAll(async () => {
  world = await aPendingWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  world.ca.create = (request) => Promise.resolve(world.ca.issued(request.csrDer, 'at-once'));
  world.ca.asked.created.length = 0;
});

const get = (id: number) => world.platform.call('gateway', getPendingCertificate, { id }, { principal: admin });
const waitingTotal = async () => {
  const window = { offset: 0, limit: 50, sortBy: null, sortDir: null, cursor: null };
  const input = { window, filter: null, owner: null, creatorIds: null, isOwn: false, ids: null, state: null };
  return (await world.platform.call('gateway', listPendingCertificates, input, { principal: admin })).total;
};
const count = async (table: string, condition = 'true') => (await world.rows(`select count(*)::int as n from ${table} where ${condition}`))[0]?.n;

/** Lets an answer wait until the test says so. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('an authority elsewhere that answers at once', () => {
  it('gives the certificate, and leaves no trace of having been asked', async () => {
    const answer = await world.ask('poll', { dnsProviderId: 4 });
    expect(answer).toMatchObject({ certificate: { externalId: 'at-once', hasPrivateKey: true, userId: 1, dnsProviderId: 4, chain: expect.stringContaining('BEGIN') } });
    expect(await count('pending_certificate')).toBe(0);
    expect(await count('released_key')).toBe(0);
  });

  it('is on record before it is asked: a stop is told of, and what it may have issued can be brought', async () => {
    const failed = await world.platform.events('sifaka.v1.certificate.failed');
    const { opened, open } = gate();
    world.ca.create = async () => {
      await opened;
      throw new Error('never mind');
    };
    const asking = world.ask('poll', { commonName: 'stopped.corp.test' }).catch(() => null);
    await waitUntil(() => world.ca.asked.created.length === 1);
    const [{ id } = {}] = await world.rows("select id from pending_certificate where state = 'asking'");
    expect(await waitingTotal()).toBe(0);
    await expect(get(Number(id))).rejects.toMatchObject({ code: 'not_found' });

    // As the next process finds it.
    const { issueLimitSeconds } = world.platform.service('issuer').app.get<IssuerConfig>(CONFIG);
    await world.sweep();
    expect(await count('pending_certificate', "state = 'asking'")).toBe(1);
    await world.after(2_500 * issueLimitSeconds, () => world.sweep());
    const stopped = await get(Number(id));
    expect(stopped).toMatchObject({ state: 'failed', lastError: expect.stringContaining('the platform stopped while the authority was asked') });
    await failed.waitFor(({ subject }) => subject === String(id));

    const body = certificatePem(world.ca.sign(stopped.csr));
    const uploaded = await world.platform.call('gateway', uploadPendingCertificate, { id: Number(id), body, chain: null, externalId: null }, { principal: admin });
    expect(uploaded).toMatchObject({ state: 'resolved', resolvedCertId: expect.any(Number) });
    open();
    await asking;
    expect(await count('certificate', "cn = 'stopped.corp.test'")).toBe(1);
  });

  it('is listened to after it was given up: what it issued is filed', async () => {
    const { opened, open } = gate();
    world.ca.create = async (request) => {
      await opened;
      return world.ca.issued(request.csrDer);
    };
    const asking = world.ask('poll', { commonName: 'slow.corp.test' });
    await waitUntil(() => world.ca.asked.created.length === 1);
    await world.after(3_600_000, () => world.sweep());
    open();
    expect(await asking).toMatchObject({ certificate: { cn: 'slow.corp.test' } });
    expect(await count('pending_certificate', "cn = 'slow.corp.test' and state = 'resolved'")).toBe(1);
  });

  it('that refuses leaves nothing but the words', async () => {
    const before = await count('pending_certificate');
    world.ca.create = () => Promise.resolve({ status: 'rejected', reason: 'not your domain' });
    await expect(world.ask('poll')).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('not your domain') });
    world.ca.create = () => Promise.reject(refused('failed_precondition', 'no such profile'));
    await expect(world.ask('poll')).rejects.toMatchObject({ code: 'failed_precondition', message: 'no such profile' });
    expect(await count('pending_certificate')).toBe(before);
    expect(await count('released_key')).toBe(2);
  });

  it('that was never reached leaves nothing, and is asked by the same request again', async () => {
    const before = await count('pending_certificate');
    const requestKey = '7a'.repeat(32);
    const { port } = await new Promise<AddressInfo>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address() as AddressInfo;
        server.close(() => resolve(address));
      });
    });
    world.ca.create = () => fetch(`http://127.0.0.1:${port}`).then(() => Promise.reject(new Error('answered')), (error: unknown) => Promise.reject(connectionFault('CA', error)));
    await expect(world.ask('poll', { requestKey })).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('ECONNREFUSED') });
    expect(await count('pending_certificate')).toBe(before);
    world.ca.create = (request) => Promise.resolve(world.ca.issued(request.csrDer));
    expect(await world.ask('poll', { requestKey })).toHaveProperty('certificate');
    await world.rows('delete from pending_certificate where state = $1', ['resolved']);
    await world.rows('delete from released_key');
  });

  it('that fails without saying what became of it leaves a record, which the applicant need not be told of again', async () => {
    world.ca.create = () => Promise.reject(refused('upstream_failed', 'connection reset'));
    await expect(world.ask('poll', { commonName: 'doubt.corp.test' })).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(await world.rows("select state, last_error from pending_certificate where cn = 'doubt.corp.test'")).toEqual([{ state: 'failed', last_error: expect.stringContaining('may have issued: connection reset') }]);
    expect(await count('outbox', "payload::text like '%doubt.corp.test%' and subject like '%certificate.failed'")).toBe(0);
  });

  it('with the certificate of another key is not believed; the certificate is kept on record', async () => {
    const first = world.ca.asked.created.length;
    await world.ask('poll');
    const other = world.ca.asked.created[first];
    world.ca.create = () => Promise.resolve(world.ca.issued(other?.csrDer ?? Buffer.alloc(0)));
    await expect(world.ask('poll', { commonName: 'foreign.corp.test' })).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(await count('orphan_certificate')).toBe(1);
  });
});

describe('the comparison with the key vault', () => {
  const isInVault = async (keyId: unknown) => (await world.platform.database('keyvault').query('select 1 from key where id = $1', [keyId])).length === 1;
  const keyOf = async (id: number) => (await world.rows('select key_id from pending_certificate where id = $1', [id]))[0]?.key_id;
  /** The job, where what is a moment old counts as left behind. */
  const reconcile = async () => {
    const { app } = world.platform.service('issuer');
    const config = { ...app.get<IssuerConfig>(CONFIG), issueLimitSeconds: 0 };
    const job = new ReconcileKeyvault(app.get(RpcClient), app.get(ReconcileRepository), { now: () => new Date() }, createLogger({ level: 'silent' }), config);
    await job.run({}, { signal: new AbortController().signal });
  };

  it('leaves the keys of certificates to come, and deletes those that are given up after it has passed them', async () => {
    world.ca.create = () => Promise.resolve(byHand());
    const [kept, given] = [await world.pend('upload'), await world.pend('upload')];
    const [keptKey, givenKey] = [await keyOf(kept.id), await keyOf(given.id)];
    await reconcile();
    expect([await isInVault(keptKey), await isInVault(givenKey)]).toEqual([true, true]);
    await world.platform.call('gateway', cancelPendingCertificate, { id: given.id, note: '' }, { principal: admin });
    await reconcile();
    expect([await isInVault(keptKey), await isInVault(givenKey)]).toEqual([true, false]);
    expect(await count('released_key')).toBe(0);
  });
});

describe('a repeated request', () => {
  it('gets the same record while it waits, and the certificate when it is there', async () => {
    world.ca.create = () => Promise.resolve(later());
    const requestKey = '1a'.repeat(32);
    const first = await world.pend('poll', { requestKey });
    expect(await world.pend('poll', { requestKey })).toEqual(first);
    expect(world.ca.asked.created).toHaveLength(1);
    await expect(world.ask('poll', { requestKey, commonName: 'else.corp.test' })).rejects.toMatchObject({ reason: 'idempotency.other_request' });
    world.ca.poll = ({ csrDer: csr }) => Promise.resolve(world.ca.issued(csr));
    await world.poll(first.id);
    const { resolvedCertId } = await get(first.id);
    expect(await world.ask('poll', { requestKey })).toMatchObject({ certificate: { id: resolvedCertId } });
    const other = await world.pend('poll', { requestKey }, aPrincipal({ admin: true, userId: 2 }));
    expect(other.id).not.toBe(first.id);
  });

  it.each([
    ['comes at once', () => (request: { csrDer: Uint8Array }) => Promise.resolve(world.ca.issued(request.csrDer)), '2b'],
    ['comes later', () => () => Promise.resolve(byHand()), '3c'],
  ])('is one request however many there are, when the certificate %s', async (_title, create, letters) => {
    world.ca.create = create();
    const requestKey = letters.repeat(32);
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.ask('upload', { requestKey })));
    const ids = answers.map((answer) => ('certificate' in answer ? `c${answer.certificate.id}` : `p${answer.pending.id}`));
    expect(new Set(ids).size).toBe(1);
    expect(world.ca.asked.created).toHaveLength(1);
  });

  it('is a new one when the first was refused', async () => {
    const requestKey = '4d'.repeat(32);
    world.ca.create = () => Promise.reject(refused('failed_precondition', 'no such profile'));
    await expect(world.ask('poll', { requestKey })).rejects.toMatchObject({ code: 'failed_precondition' });
    world.ca.create = (request) => Promise.resolve(world.ca.issued(request.csrDer));
    expect(await world.ask('poll', { requestKey })).toHaveProperty('certificate');
  });

  it('is answered with the record, and not ordered twice, when nobody knows what became of the first', async () => {
    const requestKey = '6f'.repeat(32);
    world.ca.create = () => Promise.reject(refused('upstream_failed', 'no answer within 30 s'));
    await expect(world.ask('poll', { requestKey })).rejects.toMatchObject({ code: 'upstream_failed' });
    const record = await world.pend('poll', { requestKey });
    expect(record).toMatchObject({ state: 'failed', resolvedCertId: null, lastError: expect.stringContaining('may have issued: no answer within 30 s') });
    expect(world.ca.asked.created).toHaveLength(1);
    // Somebody looked there, and brings what was issued.
    const body = certificatePem(world.ca.sign(record.csr));
    await world.platform.call('gateway', uploadPendingCertificate, { id: record.id, body, chain: null, externalId: null }, { principal: admin });
    expect(await world.ask('poll', { requestKey })).toHaveProperty('certificate');
    expect(world.ca.asked.created).toHaveLength(1);
  });

  it('is a new one a day later', async () => {
    world.ca.create = () => Promise.resolve(later());
    const requestKey = '5e'.repeat(32);
    const first = await world.pend('poll', { requestKey });
    await world.rows("update pending_certificate set date_created = date_created - interval '25 hours' where id = $1", [first.id]);
    expect((await world.pend('poll', { requestKey, commonName: 'next.corp.test' })).id).not.toBe(first.id);
  });
});
