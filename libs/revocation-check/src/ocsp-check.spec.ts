import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@sifaka/kernel';
import { describeWithPeers, launch, type Peer } from '@sifaka/peers';
import { certificatePem, encodeOcspRequest, ocspCertId, ocspErrorResponse, toPkcs8Pem } from '@sifaka/pki';
import { aWorld, details, hours, outcomes, today, type World } from './stand-in/a-world.js';
import { StandInAuthority } from './stand-in/stand-in-authority.js';

let world: World;
beforeAll(async () => void (world = await aWorld()));
afterAll(() => world.server.stop());
beforeEach(() => void world.server.visits.splice(0));

const signing = { extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'] };
const noCheck = [{ oid: '1.3.6.1.5.5.7.48.1.5', isCritical: false, value: Buffer.of(5, 0) }];

/** A certificate whose responder says so. */
function said(path: string, answer: (serial: bigint, leaf: StandInAuthority) => Uint8Array): StandInAuthority {
  const leaf = world.certificate([path], []);
  world.server.onOcsp(path, ({ certIds: [asked] }) => answer(asked?.serial ?? 0n, leaf));
  return leaf;
}

describe('an OCSP responder', () => {
  it('decides: good, or revoked since when and why', async () => {
    const good = said('/good', (serial) => world.ca.ocsp(serial, { status: 'good' }, today));
    expect(await world.check(good)).toMatchObject({ status: 'good', saidBy: 'ocsp', revokedAt: null, steps: [{ method: 'ocsp', url: `${world.origin}/good`, outcome: 'good', detail: 'good, signed by the issuer', ...today }] });
    const revoked = said('/revoked', (serial) => world.ca.ocsp(serial, { status: 'revoked', revokedAt: hours(-5), reason: 'keyCompromise' }, today));
    expect(await world.check(revoked)).toMatchObject({ status: 'revoked', saidBy: 'ocsp', revokedAt: hours(-5), reason: 'keyCompromise' });
  });

  it('is asked by GET, so that caches may help, and by POST where it knows nothing else', async () => {
    await world.check(said('/short', (serial) => world.ca.ocsp(serial, { status: 'good' }, today)));
    expect(world.server.visits).toEqual([expect.stringMatching(/^GET \/short\/M/)]);
    const leaf = world.certificate(['/post-only'], []);
    world.server.on('/post-only', (request, response) => {
      if (request.method === 'POST') response.end(world.ca.ocsp(leaf.certificate.serial, { status: 'good' }, today));
      else response.writeHead(501).end('no GET here');
    });
    expect((await world.check(leaf)).status).toBe('good');
    expect(world.server.visits.at(-1)).toBe('POST /post-only');
  });

  it('is asked again past a cache that kept an answer for too long', async () => {
    const leaf = world.certificate(['/cached'], []);
    world.server.on('/cached', (request, response) => {
      const terms = request.method === 'POST' ? today : { thisUpdate: hours(-72), nextUpdate: hours(-48) };
      response.end(world.ca.ocsp(leaf.certificate.serial, { status: 'good' }, terms));
    });
    expect((await world.check(leaf)).status).toBe('good');
  });

  it('may be asked with a nonce, which then must be its own', async () => {
    const leaf = world.certificate(['/nonce'], []);
    world.server.onOcsp('/nonce', ({ nonce }) => world.ca.ocsp(leaf.certificate.serial, { status: 'good' }, today, { nonce }));
    expect((await world.check(leaf, { nonce: () => randomBytes(32) })).status).toBe('good');
    expect(world.server.visits).toEqual(['POST /nonce']);
    world.server.onOcsp('/nonce', () => world.ca.ocsp(leaf.certificate.serial, { status: 'good' }, today, { nonce: randomBytes(32) }));
    expect(await world.check(leaf, { nonce: () => randomBytes(32) })).toMatchObject({ status: 'unknown', steps: [{ outcome: 'refused', detail: expect.stringContaining('nonce') }] });
  });

  it('may delegate to a responder that it certified', async () => {
    const responder = world.ca.issue({ commonName: 'Responder', extensions: { ...signing, custom: noCheck } });
    const leaf = said('/delegated', (serial) => world.ca.ocsp(serial, { status: 'good' }, today, { responder }));
    expect(await world.check(leaf)).toMatchObject({ status: 'good', steps: [{ detail: 'good, signed by a responder of the issuer' }] });
  });

  it('is not believed once the certificate of its delegate is revoked, or while nobody can say', async () => {
    const crls = ['/delegates-1.crl', '/delegates-2.crl'].map((path) => world.server.on(path, Buffer.alloc(0)));
    const responder = world.ca.issue({ commonName: 'Responder', extensions: { ...signing, crlDistributionPoints: crls } });
    const leaf = said('/revoked-delegate', (serial) => world.ca.ocsp(serial, { status: 'good' }, today, { responder }));
    expect(await world.check(leaf)).toMatchObject({ status: 'unknown', steps: [{ outcome: 'refused', detail: expect.stringContaining('could not be learnt') }] });
    world.server.on('/delegates-2.crl', world.ca.crl(today));
    expect((await world.check(leaf)).status).toBe('good');
    world.server.on('/delegates-2.crl', world.ca.crl(today, { entries: [{ serial: responder.certificate.serial, revokedAt: hours(-2) }] }));
    expect(await world.check(leaf)).toMatchObject({ status: 'unknown', steps: [{ outcome: 'refused', detail: expect.stringContaining('itself revoked') }] });
  });

  it('is believed through a delegate that names nothing where it could be looked up', async () => {
    const responder = world.ca.issue({ commonName: 'Responder', extensions: signing });
    const leaf = said('/plain-delegate', (serial) => world.ca.ocsp(serial, { status: 'good' }, today, { responder }));
    expect((await world.check(leaf)).status).toBe('good');
  });

  it.each<[string, (serial: bigint) => Uint8Array, string]>([
    ['stale', (serial) => world.ca.ocsp(serial, { status: 'good' }, { thisUpdate: hours(-72), nextUpdate: hours(-48) }), 'was to be replaced'],
    ['of tomorrow', (serial) => world.ca.ocsp(serial, { status: 'good' }, { thisUpdate: hours(24), nextUpdate: hours(48) }), 'yet to come'],
    ['signed by another CA', (serial) => StandInAuthority.root('Outside CA').ocsp(serial, { status: 'good' }, today), 'about other certificates'],
    ['signed by another key', (serial) => new StandInAuthority(world.ca.certificate, StandInAuthority.root('x').key).ocsp(serial, { status: 'good' }, today), 'does not match'],
    ['of a responder without OCSPSigning', (serial) => world.ca.ocsp(serial, { status: 'good' }, today, { responder: world.ca.issue({ commonName: 'Server', extensions: { extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] } }) }), 'OCSPSigning'],
    ['of an expired responder', (serial) => world.ca.ocsp(serial, { status: 'good' }, today, { responder: world.ca.issue({ extensions: signing, notAfter: hours(-1) }) }), 'expired'],
    ['of a responder of another CA', (serial) => world.ca.ocsp(serial, { status: 'good' }, today, { responder: StandInAuthority.root('Other').issue({ extensions: signing }) }), 'was not issued by'],
    ['about another certificate', () => world.ca.ocsp(99n, { status: 'good' }, today), 'other certificates'],
    ['in HTML', () => Buffer.from('<html><body>Hello</body></html>'), 'no OCSP answer'],
    ['empty', () => Buffer.alloc(0), 'no OCSP answer'],
    ['huge', () => Buffer.alloc(200_000), 'longer than 65536 bytes'],
    ['a refusal', () => ocspErrorResponse('unauthorized'), 'unauthorized'],
    ['that it is to be asked later', () => ocspErrorResponse('tryLater'), 'tryLater'],
  ])('whose answer is %s leaves it unknown', async (words, answer, detail) => {
    const verdict = await world.check(said(`/bad-${words.replaceAll(' ', '-')}`, answer));
    expect(verdict).toMatchObject({ status: 'unknown', saidBy: null, steps: [{ outcome: 'refused' }] });
    expect(details(verdict)).toContain(detail);
  });

  it('that says unknown, or nothing that holds, leaves the word to the next, and then to the lists', async () => {
    const leaf = world.certificate(['/lost', '/away', '/unsure'], ['/after-ocsp.crl']);
    world.server.onOcsp('/lost', () => ocspErrorResponse('unauthorized'));
    world.server.on('/away', (_request, response) => void response.writeHead(503).end());
    world.server.onOcsp('/unsure', () => world.ca.ocsp(leaf.certificate.serial, { status: 'unknown' }, today));
    world.server.on('/after-ocsp.crl', world.ca.crl(today, { entries: [{ serial: leaf.certificate.serial, revokedAt: hours(-3), reason: 'superseded' }] }));
    const verdict = await world.check(leaf);
    expect(verdict).toMatchObject({ status: 'revoked', saidBy: 'crl', revokedAt: hours(-3), reason: 'superseded' });
    expect(outcomes(verdict)).toEqual(['ocsp refused', 'ocsp failed', 'ocsp unknown', 'crl revoked']);
  });

  it('that decides is the last to be asked', async () => {
    const leaf = world.certificate(['/first', '/second'], ['/third.crl']);
    world.server.onOcsp('/first', () => world.ca.ocsp(leaf.certificate.serial, { status: 'good' }, today));
    expect(outcomes(await world.check(leaf))).toEqual(['ocsp good']);
    expect(world.server.visits).toHaveLength(1);
  });

  it('is not waited for longer than its time', async () => {
    const leaf = world.certificate(['/slow'], []);
    world.server.on('/slow', (_request, response) => void response.writeHead(200).write('a'));
    const verdict = await world.check(leaf, { limits: { ocspTimeoutMs: 200 } });
    expect(verdict).toMatchObject({ status: 'unknown', steps: [{ outcome: 'failed', detail: expect.stringContaining('within the time limit') }] });
  });

  it('is followed where it redirects to, within bounds', async () => {
    const leaf = world.certificate(['/moved'], []);
    world.server.on('/moved', (request, response) => void response.writeHead(308, { location: (request.url ?? '').replace('/moved', '/there') }).end());
    world.server.onOcsp('/there', () => world.ca.ocsp(leaf.certificate.serial, { status: 'good' }, today));
    expect((await world.check(leaf)).status).toBe('good');
    world.server.on('/moved', (request, response) => void response.writeHead(302, { location: request.url }).end());
    expect(details(await world.check(leaf))).toContain('in a circle');
    let count = 0;
    world.server.on('/moved', (_request, response) => void response.writeHead(302, { location: `/moved/${(count += 1)}` }).end());
    expect(details(await world.check(leaf))).toContain('more than 3 times');
    world.server.on('/moved', (_request, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end());
    expect(details(await world.check(leaf))).toContain('only http and https');
  });
});

describe('who may be asked', () => {
  it('is decided by the host, for redirects too', async () => {
    const leaf = world.certificate(['/elsewhere', 'http://ocsp.evil.test/'], []);
    world.server.on('/elsewhere', (_request, response) => void response.writeHead(302, { location: 'http://ocsp.evil.test/' }).end());
    const hostFault = (_method: string, { hostname }: URL) => (hostname === '127.0.0.1' ? null : `"${hostname}" is not on the list`);
    const verdict = await world.check(leaf, { hostFault });
    expect(outcomes(verdict)).toEqual(['ocsp refused', 'ocsp refused']);
    expect(details(verdict)).toMatch(/not followed: [\s\S]*not asked: "ocsp.evil.test" is not on the list/);
  });

  it('is nobody when nothing could be verified', async () => {
    const leaf = world.certificate(['/good'], ['/good.crl', 'ldap://dir.test/cn=x']);
    const verdict = await world.checker().check(leaf.certificate, [StandInAuthority.root('Outside CA').certificate]);
    expect(outcomes(verdict)).toEqual(['ocsp refused', 'crl refused', 'crl refused']);
    expect(world.server.visits).toEqual([]);
  });

  it('is nobody when the certificate names nobody', async () => {
    expect(await world.check(world.ca.issue())).toEqual({ status: 'unknown', saidBy: null, revokedAt: null, reason: null, steps: [] });
  });

  it('is nobody any more when there is no time left', async () => {
    const verdict = await world.checker().check(world.certificate(['/good'], ['/x.crl']).certificate, [world.ca.certificate], { signal: AbortSignal.abort() });
    expect(outcomes(verdict)).toEqual(['ocsp failed', 'crl failed']);
    expect(world.server.visits).toEqual([]);
  });
});

describeWithPeers(['openssl'], 'the responder of OpenSSL', () => {
  let peer: Peer;
  let port = 0;
  const ca = StandInAuthority.root('Peer CA');
  const at = (path: string) => `http://127.0.0.1:${port}${path}`;
  const serials = { good: 0x1001n, revoked: 0x1002n, unknown: 0x1003n };

  beforeAll(async () => {
    const responder = ca.issue({ commonName: 'Responder', extensions: signing });
    peer = await launch({
      name: 'openssl-ocsp',
      ports: 1,
      prepare: (place) => {
        port = place.port(0);
        const file = (name: string, content: string) => {
          writeFileSync(`${place.folder}/${name}`, content);
          return place.path(name);
        };
        const index = file('index', `V\t400101000000Z\t\t1001\tunknown\t/CN=a\nR\t400101000000Z\t260101000000Z,superseded\t1002\tunknown\t/CN=b\n`);
        const args = ['ocsp', '-index', index, '-port', String(port), '-CA', file('ca.pem', `${certificatePem(ca.certificate)}\n`), '-rsigner', file('r.pem', `${certificatePem(responder.certificate)}\n`), '-rkey', file('r.key', toPkcs8Pem(responder.key)), '-nmin', '10'];
        return { program: 'openssl', args };
      },
      // It ends at a question that it does not understand.
      isReady: async () => (await fetch(at('/'), { method: 'POST', body: new Uint8Array(encodeOcspRequest({ certIds: [ocspCertId(ca.certificate, 1n)] })) })).ok,
    });
  });
  afterAll(() => peer.stop());

  it.each(['good', 'revoked', 'unknown'] as const)('is understood and verified: %s', async (expected) => {
    const leaf = ca.issue({ serial: serials[expected], extensions: { authorityInfoAccess: { ocsp: [at('/')], caIssuers: [] } } });
    for (const nonce of [undefined, () => randomBytes(32)]) {
      const verdict = await world.checker({ clock: systemClock, ...(nonce && { nonce }) }).check(leaf.certificate, [ca.certificate]);
      expect([verdict.status, verdict.reason, outcomes(verdict)]).toEqual([expected, expected === 'revoked' ? 'superseded' : null, [`ocsp ${expected}`]]);
    }
  });
});
