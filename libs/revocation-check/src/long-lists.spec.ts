import { randomBytes, sign } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assembleCrl, encodeCrlEntries, encodeTbsCrl, signatureAlgorithmFor } from '@sifaka/pki';
import { defaultLimits } from './check-limits.js';
import { HostManners } from './host-manners.js';
import type { RevocationChecker } from './revocation-checker.js';
import { aWorld, hours, today, type World } from './stand-in/a-world.js';

let world: World;
let long: Buffer;
beforeAll(async () => {
  world = await aWorld();
  long = aLongList();
});
afterAll(() => world.server.stop());

/** As long as a list may be, of entries as short as they can be. */
function aLongList(serial?: bigint): Buffer {
  const piece = encodeCrlEntries(Array.from({ length: 10_000 }, () => ({ serial: BigInt(`0x4${randomBytes(4).toString('hex')}`), revokedAt: hours(-4) })));
  const pieces = Array.from({ length: Math.floor((defaultLimits.crlBytes - 4_096) / piece.length) }, () => piece);
  const own = serial === undefined ? [] : [encodeCrlEntries([{ serial, revokedAt: hours(-4) }])];
  const algorithm = signatureAlgorithmFor('ECCPRIME256V1');
  const { subjectDer, subjectKeyId } = world.ca.certificate;
  const tbs = encodeTbsCrl({ signatureAlgorithm: algorithm, issuerDer: subjectDer, ...today, entries: [...pieces, ...own], number: 1n, authorityKeyId: subjectKeyId });
  return assembleCrl(tbs, algorithm, sign('sha256', tbs, world.ca.key));
}

/** Bytes that are held for certain. */
function buffersAfterSweep(): number {
  setFlagsFromString('--expose-gc');
  const sweep: unknown = runInNewContext('gc');
  if (typeof sweep === 'function') sweep();
  return process.memoryUsage().arrayBuffers;
}

describe('a list as long as it may be', () => {
  it('is read, proven and searched without holding up others', async () => {
    const leaf = world.certificate([], ['/long.crl'], { serial: 0x123456789an });
    const list = aLongList(0x123456789an);
    expect(list.length).toBeGreaterThan(15.5 * 1024 * 1024);
    world.server.on('/long.crl', list);
    const longestMs: number[] = [];
    // In one piece it takes 60 ms of a core. Other processes delay this one now and then, but not each time.
    for (let count = 0; count < 5; count += 1) {
      const delay = monitorEventLoopDelay({ resolution: 2 });
      delay.enable();
      expect(await world.check(leaf)).toMatchObject({ status: 'revoked', saidBy: 'crl' });
      delay.disable();
      longestMs.push(delay.max / 1e6);
    }
    expect(Math.min(...longestMs)).toBeLessThan(40);
  }, 60_000);

  it('is not held by checks that wait for its delta', async () => {
    const path = (index: number, kind: string) => `/held-${index}${kind}.crl`;
    const algorithm = signatureAlgorithmFor('ECCPRIME256V1');
    const { subjectDer, subjectKeyId } = world.ca.certificate;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const count = 8;
    const padding = encodeCrlEntries(Array.from({ length: 200_000 }, (_none, index) => ({ serial: BigInt(index + 1), revokedAt: hours(-4) })));
    for (let index = 0; index < count; index += 1) {
      const tbs = encodeTbsCrl({ signatureAlgorithm: algorithm, issuerDer: subjectDer, ...today, entries: [padding], number: 1n, authorityKeyId: subjectKeyId, freshestCrlUrls: [`${world.origin}${path(index, '-delta')}`] });
      world.server.on(path(index, ''), assembleCrl(tbs, algorithm, sign('sha256', tbs, world.ca.key)));
      world.server.on(path(index, '-delta'), async (_request, response) => {
        await gate;
        response.writeHead(404).end();
      });
    }
    const checker = world.checker({ limits: { cacheBytes: 1 } });
    const before = buffersAfterSweep();
    const checks = Array.from({ length: count }, (_none, index) => checker.check(world.certificate([], [path(index, '')]).certificate, [world.ca.certificate]));
    while (world.server.count('GET /held') < 2 * count) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(buffersAfterSweep() - before).toBeLessThan(2 * padding.length);
    open();
    for (const verdict of await Promise.all(checks)) expect(verdict.status).toBe('good');
  }, 60_000);

  it('waits for its turn when there is no place for it, and is unknown when that does not come in time', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let begun = 0;
    world.server.on('/slow.crl', async (_request, response) => {
      // More than what lies on the way: it has its place by then.
      await new Promise((resolve) => response.write(long.subarray(0, -1), resolve));
      begun += 1;
      await gate;
      response.end(long.subarray(-1));
    });
    world.server.on('/next.crl', long);
    world.server.on('/short.crl', world.ca.crl(today));
    const check = (checker: RevocationChecker, path: string, manners = new HostManners(world.clock)) => checker.check(world.certificate([], [path]).certificate, [world.ca.certificate], { manners });
    const patient = world.checker({ limits: { downloadBytes: 1, placeTimeoutMs: 50_000 } });
    const hasty = world.checker({ limits: { downloadBytes: 1, placeTimeoutMs: 300 } });
    const manners = new HostManners(world.clock);
    const slow = [check(patient, '/slow.crl'), check(hasty, '/slow.crl')];
    while (begun < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    const next = check(patient, '/next.crl');
    expect((await check(patient, '/short.crl')).status).toBe('good');
    expect(await check(hasty, '/next.crl', manners)).toMatchObject({ status: 'unknown', steps: [{ outcome: 'failed', detail: expect.stringContaining('too many long CRLs') }] });
    open();
    expect((await Promise.all([...slow, next])).map(({ status }) => status)).toEqual(['good', 'good', 'good']);
    // What was our own lack is not held against the list.
    expect((await check(hasty, '/next.crl', manners)).status).toBe('good');
  }, 60_000);
});
