import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError, fixedClock } from '@sifaka/kernel';
import { encodePem, type CrlEntryInput } from '@sifaka/pki';
import { HostManners } from './host-manners.js';
import { aWorld, details, hours, now, outcomes, today, type World } from './stand-in/a-world.js';
import { StandInAuthority } from './stand-in/stand-in-authority.js';

let world: World;
beforeAll(async () => void (world = await aWorld()));
afterAll(() => world.server.stop());
beforeEach(() => {
  world.server.visits.splice(0);
  world.clock.set(now);
});

const entry = (leaf: StandInAuthority, parts: Partial<CrlEntryInput> = {}): CrlEntryInput => ({ serial: leaf.certificate.serial, revokedAt: hours(-4), ...parts });

describe('a list of revoked certificates', () => {
  it('decides: listed since when and why, or not listed', async () => {
    const leaf = world.certificate([], ['/a.crl']);
    world.server.on('/a.crl', world.ca.crl(today, { entries: [entry(leaf, { reason: 'cessationOfOperation' })] }));
    expect(await world.check(leaf)).toMatchObject({ status: 'revoked', saidBy: 'crl', revokedAt: hours(-4), reason: 'cessationOfOperation', steps: [{ outcome: 'revoked', detail: 'listed (cessationOfOperation) among 1', ...today }] });
    world.server.on('/a.crl', world.ca.crl(today));
    expect(await world.check(leaf)).toMatchObject({ status: 'good', saidBy: 'crl', revokedAt: null, reason: null });
  });

  it('is kept until the next is due, and read once for many', async () => {
    world.server.on('/kept.crl', world.ca.crl(today));
    const checker = world.checker();
    const check = () => checker.check(world.certificate([], ['/kept.crl']).certificate, [world.ca.certificate]);
    await Promise.all([check(), check(), check()]);
    expect(details(await check())).toContain('at hand');
    expect(world.server.visits).toEqual(['GET /kept.crl']);
    world.clock.set(hours(24));
    world.server.on('/kept.crl', world.ca.crl({ thisUpdate: hours(23), nextUpdate: hours(47) }, { number: 2n }));
    expect((await check()).status).toBe('good');
    expect(world.server.visits).toHaveLength(2);
  });

  it('is not kept when it does not hold, or when there is no room', async () => {
    const leaf = world.certificate([], ['/changing.crl']);
    const checker = world.checker();
    const check = (with_ = checker) => with_.check(leaf.certificate, [world.ca.certificate]);
    world.server.on('/changing.crl', StandInAuthority.root('Outside CA').crl(today));
    expect((await check()).status).toBe('unknown');
    world.server.on('/changing.crl', world.ca.crl(today));
    expect((await check()).status).toBe('good');
    const small = world.checker({ limits: { cacheBytes: 100 } });
    await check(small);
    await check(small);
    expect(world.server.visits).toHaveLength(4);
  });

  it.each<[string, () => Uint8Array, string]>([
    ['stale', () => world.ca.crl({ thisUpdate: hours(-72), nextUpdate: hours(-48) }), 'was to be replaced'],
    ['of tomorrow', () => world.ca.crl({ thisUpdate: hours(24), nextUpdate: hours(48) }), 'yet to come'],
    ['of another CA', () => StandInAuthority.root('Other').crl(today), 'is one of "CN=Other'],
    ['of another CA of the same name', () => StandInAuthority.root('Outside CA').crl(today), 'another key'],
    ['signed by another key', () => world.ca.crl(today, { signer: StandInAuthority.root('x').key }), 'does not match'],
    ['a delta where a full one should be', () => world.ca.crl(today, { number: 2n, baseNumber: 1n }), 'is a delta'],
    ['about authorities only', () => world.ca.crl(today, { issuingDistributionPoint: { only: 'ca' } }), 'of authorities only'],
    ['of another distribution point', () => world.ca.crl(today, { issuingDistributionPoint: { urls: ['http://crl.test/other.crl'] } }), 'which the certificate does not name'],
    ['a web page', () => Buffer.from('<!doctype html><p>404'), 'not a CRL in DER'],
    ['cut short', () => world.ca.crl(today).subarray(0, -10), 'not a CRL in DER'],
    ['longer than allowed', () => Buffer.alloc(300_000, 0x30), 'longer than 200000 bytes'],
    ['empty', () => Buffer.alloc(0), 'not a CRL'],
  ])('that is %s leaves it unknown', async (words, list, detail) => {
    const path = `/bad-${words.replaceAll(' ', '-')}.crl`;
    world.server.on(path, list());
    const verdict = await world.check(world.certificate([], [path]), { limits: { crlBytes: 200_000 } });
    expect(verdict).toMatchObject({ status: 'unknown', saidBy: null, steps: [{ outcome: 'refused' }] });
    expect(details(verdict)).toContain(detail);
  });

  it('in text form is read too: what it says is signed', async () => {
    const leaf = world.certificate([], ['/text.crl']);
    world.server.on('/text.crl', Buffer.from(`${encodePem('X509 CRL', world.ca.crl(today, { entries: [entry(leaf)] }))}\n`));
    expect((await world.check(leaf)).status).toBe('revoked');
  });

  it('without end is cut off, whether or not it says how long it is', async () => {
    const leaf = world.certificate([], ['/endless.crl']);
    world.server.on('/endless.crl', (_request, response) => {
      const piece = Buffer.alloc(65_536, 0x30);
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(details(await world.check(leaf, { limits: { crlBytes: 1_000_000 } }))).toContain('it was cut off');
  });

  it('that comes slowly is not waited for longer than its time', async () => {
    const leaf = world.certificate([], ['/slow.crl']);
    world.server.on('/slow.crl', (_request, response) => void response.writeHead(200).write('0'));
    expect(await world.check(leaf, { limits: { crlTimeoutMs: 200 } })).toMatchObject({ status: 'unknown', steps: [{ outcome: 'failed', detail: expect.stringContaining('time limit') }] });
  });

  it('is not waited for by those who have no time, and comes for the others', async () => {
    const leaf = world.certificate([], ['/late.crl']);
    const hurry = new AbortController();
    world.server.on('/late.crl', (_request, response) => {
      hurry.abort();
      setImmediate(() => response.end(world.ca.crl(today)));
    });
    const checker = world.checker();
    const [hasty, patient] = await Promise.all([checker.check(leaf.certificate, [world.ca.certificate], { signal: hurry.signal }), checker.check(leaf.certificate, [world.ca.certificate])]);
    expect([hasty.status, patient.status]).toEqual(['unknown', 'good']);
    expect(world.server.visits).toHaveLength(1);
  });

  it('that only a directory has leaves it unknown, not valid', async () => {
    const verdict = await world.check(world.certificate([], ['ldap://dir.test/cn=crl?certificateRevocationList']));
    expect(verdict).toMatchObject({ status: 'unknown', steps: [{ outcome: 'refused', detail: 'not asked: only http and https are asked, not ldap' }] });
  });

  it('behind the guard stays unread', async () => {
    const refuse = () => Promise.reject(new AppError('failed_precondition', '"crl.inside.test" has a loopback address, which is not reached', { reason: 'outbound.refused' }));
    expect(await world.check(world.certificate([], ['http://crl.inside.test/']), { fetch: refuse })).toMatchObject({ status: 'unknown', steps: [{ outcome: 'refused', detail: expect.stringContaining('loopback') }] });
  });
});

describe('every distribution point', () => {
  it('is looked at: one that lists the certificate decides', async () => {
    const leaf = world.certificate([], ['/one.crl', '/two.crl', '/three.crl']);
    world.server.on('/one.crl', world.ca.crl(today));
    world.server.on('/two.crl', (_request, response) => void response.writeHead(500).end());
    world.server.on('/three.crl', world.ca.crl(today, { entries: [entry(leaf)] }));
    const verdict = await world.check(leaf);
    expect([verdict.status, outcomes(verdict)]).toEqual(['revoked', ['crl good', 'crl failed', 'crl revoked']]);
    world.server.on('/three.crl', world.ca.crl(today, { entries: [entry(leaf, { reason: 'removeFromCRL' })] }));
    expect((await world.check(leaf)).status).toBe('good');
  });
});

describe('a delta', () => {
  const path = '/delta.crl';
  const full = (leaf: StandInAuthority, number: bigint, entries: CrlEntryInput[] = []) => world.ca.crl(today, { number, entries, freshestCrlUrls: [`${world.origin}${path}`] });
  const delta = (number: bigint, baseNumber: bigint, entries: CrlEntryInput[] = []) => void world.server.on(path, world.ca.crl(today, { number, baseNumber, entries }));

  it('adds what happened since', async () => {
    const leaf = world.certificate([], ['/full.crl']);
    world.server.on('/full.crl', full(leaf, 10n));
    delta(12n, 10n, [entry(leaf, { reason: 'keyCompromise' })]);
    const verdict = await world.check(leaf);
    expect([verdict.status, verdict.reason, outcomes(verdict)]).toEqual(['revoked', 'keyCompromise', ['crl revoked', 'crl revoked']]);
  });

  it('takes away what was on hold', async () => {
    const leaf = world.certificate([], ['/held.crl']);
    world.server.on('/held.crl', full(leaf, 10n, [entry(leaf, { reason: 'certificateHold' })]));
    delta(11n, 10n, [entry(leaf, { reason: 'removeFromCRL' })]);
    expect((await world.check(leaf)).status).toBe('good');
  });

  it('may be named by the certificate', async () => {
    const url = world.server.on('/named-delta.crl', Buffer.alloc(0));
    const value = Buffer.concat([Buffer.from([0x30, url.length + 8, 0x30, url.length + 6, 0xa0, url.length + 4, 0xa0, url.length + 2, 0x86, url.length]), Buffer.from(url)]);
    const leaf = world.certificate([], ['/plain-full.crl'], { extensions: { custom: [{ oid: '2.5.29.46', isCritical: false, value }], crlDistributionPoints: [`${world.origin}/plain-full.crl`] } });
    world.server.on('/plain-full.crl', world.ca.crl(today, { number: 10n }));
    world.server.on('/named-delta.crl', world.ca.crl(today, { number: 11n, baseNumber: 10n, entries: [entry(leaf)] }));
    expect((await world.check(leaf)).status).toBe('revoked');
  });

  it('with a gap to the full list is left out', async () => {
    const leaf = world.certificate([], ['/gap.crl']);
    world.server.on('/gap.crl', full(leaf, 10n));
    delta(13n, 12n, [entry(leaf)]);
    const verdict = await world.check(leaf);
    expect([verdict.status, outcomes(verdict)]).toEqual(['good', ['crl good', 'crl refused']]);
    expect(details(verdict)).toContain('the delta adds to CRL 12 and later');
  });

  it('that is ahead of a full list that was kept makes it be read anew', async () => {
    const leaf = world.certificate([], ['/ahead.crl']);
    const deltaUrl = `${world.origin}/ahead-delta.crl`;
    const serve = (number: bigint, thisUpdate: Date, deltaUntil: Date, entries: CrlEntryInput[]) => {
      world.server.on('/ahead.crl', world.ca.crl({ thisUpdate, nextUpdate: hours(48) }, { number, freshestCrlUrls: [deltaUrl] }));
      world.server.on('/ahead-delta.crl', world.ca.crl({ thisUpdate, nextUpdate: deltaUntil }, { number: number + 1n, baseNumber: number, entries }));
    };
    const checker = world.checker();
    const check = () => checker.check(leaf.certificate, [world.ca.certificate]);
    serve(10n, hours(-1), hours(1), []);
    expect((await check()).status).toBe('good');
    serve(20n, hours(1), hours(3), [entry(leaf)]);
    world.clock.set(hours(2));
    expect((await check()).status).toBe('revoked');
    expect(world.server.visits).toEqual(['GET /ahead.crl', 'GET /ahead-delta.crl', 'GET /ahead-delta.crl', 'GET /ahead.crl']);
  });
});

describe('many questions', () => {
  it('are put a few at a time, and not to a host that keeps failing', async () => {
    const manners = new HostManners(fixedClock(now), { atOnce: 2, failures: 3, restMs: 60_000 });
    let active = 0;
    let most = 0;
    world.server.on('/busy', async (_request, response) => {
      most = Math.max(most, (active += 1));
      await new Promise((resolve) => setImmediate(resolve));
      active -= 1;
      response.writeHead(500).end();
    });
    const checker = world.checker();
    const verdicts = await Promise.all(Array.from({ length: 8 }, (_, index) => checker.check(world.certificate([], [`/busy/${index}`]).certificate, [world.ca.certificate], { manners })));
    expect(most).toBeLessThanOrEqual(2);
    expect(world.server.visits.length).toBeLessThan(8);
    expect(verdicts.map(details).join('\n')).toContain('failed 3 times in a row');
  });

  it('go on at a host that lacks some lists only', async () => {
    const manners = new HostManners(fixedClock(now), { atOnce: 1, failures: 2, restMs: 60_000 });
    world.server.on('/there.crl', world.ca.crl(today));
    const checker = world.checker();
    const ask = (path: string) => checker.check(world.certificate([], [path]).certificate, [world.ca.certificate], { manners });
    for (const path of ['/gone-1', '/gone-2', '/gone-3']) expect(details(await ask(path))).toBe('answers with HTTP 404');
    expect((await ask('/there.crl')).status).toBe('good');
  });

  it('about one useless list are put once', async () => {
    const manners = new HostManners(fixedClock(now));
    world.server.on('/useless.crl', Buffer.from('<html>'));
    const checker = world.checker();
    const ask = () => checker.check(world.certificate([], ['/useless.crl']).certificate, [world.ca.certificate], { manners });
    expect(details(await ask())).toContain('not a CRL in DER');
    expect(details(await ask())).toContain('not a CRL in DER');
    expect(world.server.visits).toHaveLength(1);
  });

  it('are put again to a host that has rested', async () => {
    const clock = fixedClock(now);
    const manners = new HostManners(clock, { atOnce: 1, failures: 1, restMs: 60_000 });
    const fail = () => Promise.resolve({ kind: 'failed' as const, detail: 'x' });
    await manners.visit('h', fail);
    expect(await manners.visit('h', fail)).toMatchObject({ detail: expect.stringContaining('not asked') });
    clock.advance(60_001);
    expect(await manners.visit('h', fail)).toEqual({ kind: 'failed', detail: 'x' });
    clock.set(new Date(0));
    expect(await manners.visit('h', fail)).toEqual({ kind: 'failed', detail: 'x' });
  });
});
