import { describe, expect, it } from '@jest/globals';
import type { EndingCertificate, InputOf, listEndingCertificates } from '@sifaka/contracts';
import { fixedClock } from '@sifaka/kernel';
import type { RpcClient } from '@sifaka/messaging';
import type { LivingCertificates } from '../sync/living-certificates.js';
import { EndingCertificates } from './ending-certificates.js';

const config = { expiringDeployedThresholdDays: 14, deployedCheckExcludedDomains: [], deployedCheckExcludedOwners: [] };
const notAfterOf = (id: number) => new Date(Date.UTC(2026, 0, 1, 0, id)).toISOString();
const ending = (id: number) => ({ id, name: `cert-${id}`, owner: 'team@corp.test', serialHex: 'AB', names: ['www.corp.test'], notAfter: notAfterOf(id), isInRenewalWindow: true }) as EndingCertificate;

/** An inventory whose answers hold no more than `perAnswer`, whatever the limit. */
function inventory(count: number, perAnswer: number) {
  const all = Array.from({ length: count }, (_, index) => ending(index + 1));
  const call = (_contract: unknown, { after, limit }: InputOf<typeof listEndingCertificates>) =>
    Promise.resolve({ certificates: all.filter(({ id }) => after === null || id > after.id).slice(0, Math.min(limit, perAnswer)) });
  const read = (ids: readonly number[]) => Promise.resolve(ids.map((id) => ({ id, fingerprintSha256: 'CD' })));
  return new EndingCertificates({ call } as unknown as RpcClient, { read } as unknown as LivingCertificates, fixedClock(new Date('2026-01-01T00:00:00Z')), config);
}

async function idsOf(certificates: EndingCertificates, signal = new AbortController().signal): Promise<number[]> {
  const ids: number[] = [];
  for await (const page of certificates.pages(signal)) ids.push(...page.map(({ id }) => id));
  return ids;
}

describe('certificates that end soon', () => {
  it('are read to the last one, where answers are cut to fit a message', async () => {
    expect(await idsOf(inventory(500, 37))).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
    expect(await idsOf(inventory(0, 37))).toEqual([]);
  });

  it('are read no further when the time is over', async () => {
    const controller = new AbortController();
    const pages = inventory(500, 37).pages(controller.signal);
    await pages.next();
    controller.abort(new Error('the time is over'));
    await expect(pages.next()).rejects.toThrow('the time is over');
  });
});
