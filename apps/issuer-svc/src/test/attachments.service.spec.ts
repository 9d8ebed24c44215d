import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  certificatesMissed,
  certificatesSighted,
  deploymentRemoved,
  deploymentRequested,
  deploymentSucceeded,
  destinationCreated,
  destinationDeleted,
  destinationUpdated,
  endpointCreated,
  endpointDeleted,
  endpointUpdated,
  listCertificates,
  sourceDeleted,
  type EventContract,
} from '@sifaka/contracts';
import { newEvent } from '@sifaka/messaging';
import { waitUntil, type TestPlatform } from '@sifaka/testing';
import fc from 'fast-check';
import type { z } from 'zod';
import { AttachmentRepository } from '../attachment/attachment.repository.js';
import { HearAttachments } from '../attachment/hear-attachments.js';
import { admin, anAuthority, anIssuer, issue } from './an-issuer.js';

let platform: TestPlatform;
let repository: AttachmentRepository;
const ids: number[] = [];
let object = 100;

beforeAll(async () => {
  platform = await anIssuer();
  repository = platform.service('issuer').app.get(AttachmentRepository);
  const authority = await anAuthority(platform);
  for (let count = 0; count < 4; count += 1) ids.push((await issue(platform, authority)).id);
});
afterAll(() => platform.stop());
beforeEach(() => {
  object += 1;
});

const [first, second] = [() => ids[0] ?? 0, () => ids[1] ?? 0];
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const attached = async (kind: string, id = object) =>
  (await platform.database('issuer').query<{ id: number }>('select certificate_id as id from certificate_attachment where kind = $1 and object_id = $2 and is_attached order by 1', [kind, id])).map((row) => row.id);
const is = (kind: string, expected: number[]) => waitUntil(async () => JSON.stringify(await attached(kind)) === JSON.stringify(expected));

async function tell<E extends EventContract>(as: 'deploy' | 'discovery', contract: E, data: z.input<E['data']>, when: Date): Promise<void> {
  const { connection } = await platform.bus.connect(as);
  connection.publish(contract.subject, JSON.stringify(newEvent(contract, data, { at: when }).envelope));
  await connection.flush();
}
const deployment = (certificateId: number) => ({ id: 1, certificateId, destinationId: object, destinationLabel: 'a place', plugin: 'file-destination', fingerprintSha256: 'ab' });
const endpoint = (...certificateIds: number[]) => ({ id: object, name: 'e', dnsname: 'e.test', port: 443, type: 'x', sourceId: null, destinationId: null, certificateIds });
const sightings = (...certificateIds: number[]) => ({ sourceId: object, label: 's', certificateIds });

describe('where a certificate is', () => {
  it('is told by deployments', async () => {
    await tell('deploy', deploymentRequested, deployment(first()), at(1));
    await is('destination', [first()]);
    await tell('deploy', deploymentSucceeded, { ...deployment(second()), externalId: null, proofs: [], isAdopted: true }, at(2));
    await is('destination', [first(), second()]);
    await tell('deploy', deploymentRemoved, { ...deployment(first()), note: null }, at(3));
    await is('destination', [second()]);
    await tell('deploy', destinationDeleted, { id: object, label: 'a', description: '', plugin: 'x' }, at(4));
    await is('destination', []);
  });

  it('has a name: the last that was told, whatever deployments said before', async () => {
    const labels = async () => (await platform.database('issuer').query<{ label: string }>('select label from destination_label where destination_id = $1', [object])).map(({ label }) => label);
    const isCalled = (expected: string[]) => waitUntil(async () => JSON.stringify(await labels()) === JSON.stringify(expected));
    const facts = (label: string) => ({ id: object, label, description: '', plugin: 'file-destination' });
    await tell('deploy', deploymentRequested, deployment(first()), at(2));
    await isCalled(['a place']);
    await tell('deploy', destinationUpdated, facts('another place'), at(5));
    await isCalled(['another place']);
    await tell('deploy', destinationCreated, facts('a place'), at(1));
    await tell('deploy', deploymentRequested, deployment(second()), at(3));
    await is('destination', [first(), second()]);
    expect(await labels()).toEqual(['another place']);
    await tell('deploy', destinationDeleted, facts('another place'), at(6));
    await isCalled([]);
  });

  it('is told by sources', async () => {
    await tell('discovery', certificatesSighted, sightings(first(), second(), 999_999), at(1));
    await is('source', [first(), second()]);
    await tell('discovery', certificatesMissed, sightings(second()), at(2));
    await is('source', [first()]);
    await tell('discovery', sourceDeleted, { id: object, label: 's', description: '', plugin: 'x' }, at(3));
    await is('source', []);
  });

  it('is told by endpoints, all that they present at once', async () => {
    await tell('discovery', endpointCreated, endpoint(first()), at(1));
    await is('endpoint', [first()]);
    await tell('discovery', endpointUpdated, endpoint(second(), ids[2] ?? 0), at(2));
    await is('endpoint', [second(), ids[2] ?? 0]);
    await tell('discovery', endpointDeleted, endpoint(), at(3));
    await is('endpoint', []);
  });

  it('is what a list by destination shows', async () => {
    await repository.set({ kind: 'destination', id: object }, [first(), second()], true, at(1));
    const list = async (parts: object) => {
      const input = { window: { offset: 0, limit: 10, sortBy: null, sortDir: null, cursor: null }, filter: null, ids: null, name: null, serial: null, showExpired: false, timeRange: null, destinationId: null, notificationId: null, owner: null, active: null, rotation: null, creatorIds: null, authorityId: null };
      const { items, total } = await platform.call('gateway', listCertificates, { ...input, ...parts }, { principal: admin });
      return { ids: items.map(({ id }) => id), total };
    };
    const both = { ids: [first(), second()], total: 2 };
    expect(await list({ destinationId: object })).toEqual(both);
    expect(await list({ filter: `destination;${object}` })).toEqual(both);
    expect(await list({ destinationId: object, ids: [second()] })).toEqual({ ids: [second()], total: 1 });
    expect(await list({ filter: 'destination;999999999999' })).toEqual({ ids: [], total: 0 });
    await repository.set({ kind: 'destination', id: object }, [first()], false, at(2));
    expect(await list({ destinationId: object })).toEqual({ ids: [second()], total: 1 });
  });
});

describe('events in any order, some of them twice', () => {
  type Said = { at: number; certificates: number[]; does: 'attach' | 'detach' | 'replace' | 'end' };
  const apply = (kind: 'source' | 'endpoint', id: number, { at: second, certificates, does }: Said) => {
    const [target, which] = [{ kind, id }, certificates.map((index) => ids[index] ?? 0)];
    if (does === 'end') return repository.end(target, at(second));
    return does === 'replace' ? repository.replace(target, which, at(second)) : repository.set(target, which, does === 'attach', at(second));
  };
  const said = (...does: Said['does'][]) =>
    fc
      .array(fc.record({ certificates: fc.uniqueArray(fc.nat(3)), does: fc.constantFrom(...does) }), { minLength: 1, maxLength: 6 })
      .map((list) => list.map((each, index) => ({ ...each, at: index })))
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }), fc.boolean()));

  it.each([
    ['of sources', 'source', ['attach', 'detach']],
    ['of sources that end', 'source', ['attach', 'detach', 'end']],
    ['of endpoints', 'endpoint', ['replace']],
    ['of endpoints that end', 'endpoint', ['replace', 'end']],
  ] as const)('%s come to the same as in order', async (_title, kind, does) => {
    await fc.assert(
      fc.asyncProperty(said(...does), async ([inOrder, shuffled, isAtOnce]) => {
        const hasEnded = inOrder.some((each) => each.does === 'end');
        const [one, other] = [(object += 1), (object += 1)];
        for (const each of inOrder) await apply(kind, one, each);
        if (isAtOnce) await Promise.all(shuffled.map((each) => apply(kind, other, each)));
        else for (const each of shuffled) await apply(kind, other, each);
        expect(await attached(kind, other)).toEqual(hasEnded ? [] : await attached(kind, one));
      }),
      { numRuns: 40 },
    );
  });

  it('leave marks that go when no older event can come any more', async () => {
    await repository.set({ kind: 'source', id: object }, [first()], false, at(1));
    await repository.end({ kind: 'endpoint', id: object }, at(1));
    await repository.set({ kind: 'source', id: object }, [second()], true, at(1));
    await platform.service('issuer').app.get(HearAttachments).forget({}, { signal: new AbortController().signal });
    expect(await attached('source')).toEqual([second()]);
    const left = await platform.database('issuer').query('select 1 from certificate_attachment where not is_attached union all select 1 from attachment_object where is_gone and changed_at < $1', [at(2)]);
    expect(left).toEqual([]);
  });
});
