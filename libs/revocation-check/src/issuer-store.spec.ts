import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@sifaka/kernel';
import { describeWithPeers } from '@sifaka/peers';
import { certificatePem, encodePkcs7, parseCertificate, pkcs7Pem } from '@sifaka/pki';
import { HostManners } from './host-manners.js';
import { aWorld, details, hours, now, outcomes, today, type World } from './stand-in/a-world.js';
import { StandInAuthority } from './stand-in/stand-in-authority.js';

let world: World;
beforeAll(async () => void (world = await aWorld()));
afterAll(() => world.server.stop());
beforeEach(() => {
  world.server.visits.splice(0);
  world.clock.set(now);
  world.server.on('/ca.crl', world.ca.crl(today));
});

/** A certificate that names a list, and where its issuer is. */
const naming = (...caIssuers: string[]) =>
  world.certificate([], ['/ca.crl'], { extensions: { authorityInfoAccess: { ocsp: [], caIssuers: caIssuers.map((path) => (path.startsWith('/') ? `${world.origin}${path}` : path)) }, crlDistributionPoints: [`${world.origin}/ca.crl`] } });
const alone = ({ certificate }: StandInAuthority, checker = world.checker()) => checker.check(certificate, []);
const der = ({ certificate }: StandInAuthority) => certificate.der;

describe('an issuer that is not in the chain', () => {
  it.each<[string, () => Uint8Array]>([
    ['one certificate in DER', () => der(world.ca)],
    ['PKCS#7', () => encodePkcs7([der(StandInAuthority.root('Another')), der(world.ca)])],
    ['PEM, against the rules', () => Buffer.from(`subject=CN = Outside CA\n${certificatePem(world.ca.certificate)}\n`)],
    ['PKCS#7 in PEM', () => Buffer.from(pkcs7Pem([der(world.ca)]))],
    ['several in PEM', () => Buffer.from([StandInAuthority.root('Outside CA'), world.ca].map(({ certificate }) => certificatePem(certificate)).join('\n'))],
  ])('is fetched from where the certificate says: %s', async (words, bytes) => {
    const path = `/issuer-${words.length}`;
    world.server.on(path, bytes());
    expect(await alone(naming(path))).toMatchObject({ status: 'good', saidBy: 'crl' });
    expect(world.server.visits).toEqual([`GET ${path}`, 'GET /ca.crl']);
  });

  it.each<[string, () => Uint8Array, string]>([
    ['another one', () => der(StandInAuthority.root('Another')), 'another name or key'],
    ['another one of its name', () => der(StandInAuthority.root('Outside CA')), 'another name or key'],
    ['of its name and key, and no authority', () => der(StandInAuthority.root('x').issue({ commonName: 'Outside CA', key: world.ca.key })), 'is no authority'],
    ['garbage', () => Buffer.from('<html>404'), 'holds no certificate'],
    ['garbage that begins well', () => Buffer.concat([Buffer.of(0x30, 0x82, 0x10, 0), Buffer.alloc(4_096, 7)]), 'holds no certificate'],
    ['an empty bundle', () => encodePkcs7([]), 'holds no certificate'],
    ['nothing', () => Buffer.alloc(0), 'holds no certificate'],
    ['longer than 64 KiB', () => Buffer.concat([der(world.ca), Buffer.alloc(65_536)]), 'longer than 65536 bytes'],
  ])('stays unknown when what is there is %s', async (words, bytes, detail) => {
    const path = `/bad-${words.replaceAll(/\W/g, '-')}`;
    world.server.on(path, bytes());
    const verdict = await alone(naming(path));
    expect([verdict.status, outcomes(verdict)]).toEqual(['unknown', ['crl refused']]);
    expect(details(verdict)).toContain(`the issuer is not known, so that nothing could be verified: ${world.origin}${path} `);
    expect(details(verdict)).toContain(detail);
    expect(world.server.visits).toEqual([`GET ${path}`]);
  });

  it('stays unknown when its address leads in a circle, away from http, or to nobody', async () => {
    world.server.on('/circle', (_request, response) => response.writeHead(302, { location: '/circle-2' }).end());
    world.server.on('/circle-2', (_request, response) => response.writeHead(302, { location: '/circle' }).end());
    world.server.on('/to-tls', (_request, response) => response.writeHead(302, { location: 'https://ca.test/ca.cer' }).end());
    expect(details(await alone(naming('/circle')))).toContain('redirects in a circle');
    expect(details(await alone(naming('/to-tls')))).toContain('by http alone, not by https');
    expect(details(await alone(naming('/gone')))).toContain('HTTP 404');
    world.server.visits.splice(0);
    for (const address of ['https://ca.test/ca.cer', 'ldap://dir.test/cn=x', 'file:///etc/passwd', 'not an address', 'http://user:word@ca.test/']) expect(details(await alone(naming(address)))).toContain('not asked');
    expect(details(await alone(naming()))).toContain('it names no address of it');
    expect(world.server.visits).toEqual([]);
  });

  it('is asked for where that is allowed, and at the second address where the first is of no use', async () => {
    world.server.on('/second', der(world.ca));
    expect((await alone(naming('/nobody', '/second'))).status).toBe('good');
    const asked: string[] = [];
    const hostFault = (askedFor: string) => (asked.push(askedFor), askedFor === 'ca-issuers' ? 'the host is not on the list' : null);
    const verdict = await alone(naming('/second'), world.checker({ hostFault }));
    expect(details(verdict)).toContain('not on the list');
    expect(asked).toEqual(['ca-issuers']);
  });

  it('is not fetched when it is at hand, or when there is nothing to ask', async () => {
    world.server.on('/at-hand', der(world.ca));
    expect((await world.check(naming('/at-hand'))).status).toBe('good');
    expect(world.server.visits).toEqual(['GET /ca.crl']);
    await alone(world.ca.issue({ extensions: { authorityInfoAccess: { ocsp: [], caIssuers: [`${world.origin}/at-hand`] } } }));
    expect(world.server.visits).toEqual(['GET /ca.crl']);
  });

  it('is fetched once for many, and anew after a day', async () => {
    world.server.on('/kept', der(world.ca));
    world.server.on('/ca.crl', world.ca.crl({ thisUpdate: hours(-1), nextUpdate: hours(400) }));
    const checker = world.checker();
    await Promise.all([alone(naming('/kept'), checker), alone(naming('/kept'), checker)]);
    world.clock.set(hours(23));
    expect((await alone(naming('/kept'), checker)).status).toBe('good');
    expect(world.server.count('GET /kept')).toBe(1);
    world.clock.set(hours(25));
    await alone(naming('/kept'), checker);
    expect(world.server.count('GET /kept')).toBe(2);
    // A clock that was set back.
    world.clock.set(hours(0.5));
    await alone(naming('/kept'), checker);
    expect(world.server.count('GET /kept')).toBe(3);
  });

  it('is fetched anew when the address had another one, a minute later at the soonest', async () => {
    world.server.on('/changing', der(StandInAuthority.root('Outside CA')));
    const checker = world.checker();
    expect((await alone(naming('/changing'), checker)).status).toBe('unknown');
    world.server.on('/changing', der(world.ca));
    expect((await alone(naming('/changing'), checker)).status).toBe('unknown');
    world.clock.advance(61_000);
    expect((await alone(naming('/changing'), checker)).status).toBe('good');
    expect(world.server.count('GET /changing')).toBe(2);
  });

  it('is looked for once in a run over many certificates', async () => {
    const manners = new HostManners(world.clock);
    const checker = world.checker();
    for (let count = 0; count < 3; count += 1) await checker.check(naming('/missing').certificate, [], { manners });
    expect(world.server.visits).toEqual(['GET /missing']);
  });
});

describeWithPeers(['openssl'], 'certificates that OpenSSL made', () => {
  let folder = '';
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sifaka-issuers-'));
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const ca = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    openssl('req', '-x509', ...key, '-keyout', 'root.key', '-out', 'root.pem', '-subj', '/O=Corp/CN=Root', '-days', '30', ...ca);
    for (const name of ['issuing', 'double']) {
      openssl('req', '-new', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/O=Corp/CN=Issuing');
      writeFileSync(file('ca.ext'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n');
      openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial', '-days', '20', '-extfile', 'ca.ext', '-out', `${name}.pem`);
    }
    openssl('crl2pkcs7', '-nocrl', '-certfile', 'root.pem', '-certfile', 'double.pem', '-certfile', 'issuing.pem', '-outform', 'DER', '-out', 'bundle.p7c');
    openssl('x509', '-in', 'issuing.pem', '-outform', 'DER', '-out', 'issuing.cer');
    openssl('x509', '-in', 'double.pem', '-outform', 'DER', '-out', 'double.cer');
    openssl('req', '-new', ...key, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=shop.corp.test');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['issuing.cer', 'good'],
    ['bundle.p7c', 'good'],
    ['double.cer', 'unknown'],
  ])('are proven by %s: %s', async (name, expected) => {
    writeFileSync(file('leaf.ext'), `authorityInfoAccess=caIssuers;URI:${world.origin}/${name}\ncrlDistributionPoints=URI:${world.origin}/openssl.crl\n`);
    openssl('x509', '-req', '-in', 'leaf.csr', '-CA', 'issuing.pem', '-CAkey', 'issuing.key', '-CAcreateserial', '-days', '10', '-extfile', 'leaf.ext', '-out', 'leaf.pem');
    const issuing = new StandInAuthority(parseCertificate(readFileSync(file('issuing.pem'), 'utf8')), createPrivateKey(readFileSync(file('issuing.key'))));
    const at = Date.now();
    world.server.on('/openssl.crl', issuing.crl({ thisUpdate: new Date(at - 60_000), nextUpdate: new Date(at + 3_600_000) }));
    world.server.on(`/${name}`, readFileSync(file(name)));
    const verdict = await world.checker({ clock: systemClock }).check(parseCertificate(readFileSync(file('leaf.pem'), 'utf8')), []);
    expect(verdict.status).toBe(expected);
  });
});
