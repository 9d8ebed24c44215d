import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { encodePem } from '../../der/pem.js';
import { toPkcs8Der, toPkcs8Pem } from '../../keys/private-key.js';
import { aPath, keysOfEachType } from '../test/a-path.js';
import { describeWith, keytool, keytoolForBytes, openssl } from '../test/peer.js';
import { encodeJks, parseJks, type JksEntry } from './jks.js';

const createdAt = new Date('2026-11-21T10:00:00Z');
const path = aPath(keysOfEachType[1]![1]);
const keyEntry = (of = path, alias = 'WWW.Example.test'): JksEntry => ({ kind: 'key', alias, createdAt, privateKey: of.privateKey, certificatesDer: [of.certificateDer, ...of.chainDer] });
const trusted = (alias: string, certificateDer: Uint8Array): JksEntry => ({ kind: 'trusted', alias, createdAt, certificateDer });
const wellFormed = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\0'));
const colons = (der: Uint8Array) => createHash('sha256').update(der).digest('hex').toUpperCase().replace(/..(?=.)/g, '$&:');

/** The digest at the end, for files that a test has changed. */
const sealed = (body: Buffer, passphrase: string): Buffer =>
  Buffer.concat([body, createHash('sha1').update(Buffer.from(passphrase, 'utf16le').swap16()).update('Mighty Aphrodite').update(body).digest()]);

describe('a JKS file', () => {
  it.each(keysOfEachType)('gives back key, chain, alias and time with a key of type %s', (_name, key) => {
    const of = aPath(key);
    const [entry] = parseJks(encodeJks([keyEntry(of)], 'secret', randomBytes), 'secret');
    expect(entry).toMatchObject({ kind: 'key', alias: 'www.example.test', createdAt, certificatesDer: [of.certificateDer, ...of.chainDer] });
    expect(entry?.kind === 'key' && toPkcs8Der(entry.privateKey)).toEqual(toPkcs8Der(key));
  });

  it('opens with its passphrase and no other, whatever characters passphrase and alias have', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, wellFormed, (passphrase, other, name) => {
        // eslint-disable-next-line no-control-regex -- aliases have none
        const alias = `a${name.replace(/[\x00-\x1f\x7f]/g, '')}`;
        const file = encodeJks([keyEntry(path, alias), trusted(`${alias}_root`, path.chainDer[1])], passphrase, randomBytes);
        expect(parseJks(file, passphrase).map((entry) => entry.alias)).toEqual([alias.toLowerCase(), `${alias.toLowerCase()}_root`]);
        if (other !== passphrase) expect(() => parseJks(file, other)).toThrow(/passphrase: does not open the key store/);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses one alias twice, whatever its case', () => {
    expect(() => encodeJks([trusted('Root', path.chainDer[0]), trusted('root', path.chainDer[1])], 'secret', randomBytes)).toThrow(/alias: "root" is there twice/);
  });

  it.each(['', 'x'.repeat(257), 'a\nb'])('refuses the alias %j', (alias) => {
    expect(() => encodeJks([trusted(alias, path.chainDer[0])], 'secret', randomBytes)).toThrow(AppError);
  });

  it('refuses an empty passphrase', () => {
    expect(() => encodeJks([keyEntry()], '', randomBytes)).toThrow(/passphrase: must not be empty/);
  });
});

describeWith('keytool')('Java', () => {
  it('lists key and chain of a key store', () => {
    const listed = keytool(['-list', '-v', '-keystore', '@a.jks', '-storepass', 'secret'], { 'a.jks': encodeJks([keyEntry()], 'secret', randomBytes) });
    expect(listed).toMatch(/Keystore type: JKS/i);
    expect(listed).toContain('Alias name: www.example.test');
    expect(listed).toContain('Entry type: PrivateKeyEntry');
    expect(listed).toContain('Certificate chain length: 3');
    for (const der of [path.certificateDer, ...path.chainDer]) expect(listed).toContain(colons(der));
    expect(listed).toContain('Nov 21, 2026');
  });

  it.each(keysOfEachType)('opens the key entry with a key of type %s', (_name, key) => {
    const files = { 'a.jks': encodeJks([keyEntry(aPath(key))], 'secret', randomBytes) };
    const imported = keytoolForBytes(['-importkeystore', '-srckeystore', '@a.jks', '-srcstorepass', 'secret', '-deststoretype', 'PKCS12', '-deststorepass', 'secret2'], '-destkeystore', files);
    expect(openssl(['pkcs12', '-in', '@b.p12', '-passin', 'pass:secret2', '-nodes', '-nocerts'], { 'b.p12': imported })).toContain(toPkcs8Pem(key));
  });

  it('lists every certificate of a trust store', () => {
    const entries = [trusted('ca_cert', path.certificateDer), trusted('ca_cert_1', path.chainDer[0]), trusted('ca_cert_2', path.chainDer[1])];
    const listed = keytool(['-list', '-keystore', '@a.jks', '-storepass', 'pässwörd'], { 'a.jks': encodeJks(entries, 'pässwörd', randomBytes) });
    expect(listed).toContain('contains 3 entries');
    for (const alias of ['ca_cert', 'ca_cert_1', 'ca_cert_2']) expect(listed).toContain(`${alias}, Nov 21, 2026, trustedCertEntry`);
  });

  it('refuses a wrong passphrase', () => {
    expect(() => keytool(['-list', '-keystore', '@a.jks', '-storepass', 'wrong!'], { 'a.jks': encodeJks([keyEntry()], 'secret', randomBytes) })).toThrow();
  });

  it('writes stores that are read', () => {
    const args = ['-genkeypair', '-alias', 'Mine', '-keyalg', 'RSA', '-keysize', '2048', '-dname', 'CN=java', '-storetype', 'JKS', '-storepass', 'secret', '-keypass', 'other1'];
    const made = keytoolForBytes(args, '-keystore');
    const [entry] = parseJks(made, 'secret', 'other1');
    expect(entry).toMatchObject({ kind: 'key', alias: 'mine' });
    expect(() => parseJks(made, 'secret')).toThrow(/passphrase: does not open the key/);
    const withRoot = keytoolForBytes(['-importcert', '-noprompt', '-alias', 'root', '-file', '@root.pem', '-storetype', 'JKS', '-storepass', 'secret'], '-keystore', { 'root.pem': encodePem('CERTIFICATE', path.chainDer[1]) });
    expect(parseJks(withRoot, 'secret')).toMatchObject([{ kind: 'trusted', alias: 'root', certificateDer: path.chainDer[1] }]);
  });
});

describe('a hostile JKS file', () => {
  const file = encodeJks([keyEntry(), trusted('root', path.chainDer[1])], 'secret', randomBytes);
  const body = file.subarray(0, -20);

  it.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /cut short/],
    ['another format', randomBytes(400), /not a JKS key store|JCEKS/],
    ['JCEKS', Buffer.concat([Buffer.from('cececece00000002', 'hex'), Buffer.alloc(40)]), /JCEKS.*keytool/],
    ['an unknown version', Buffer.concat([Buffer.from('feedfeed00000009', 'hex'), Buffer.alloc(40)]), /version 9/],
    ['four billion entries', sealed(Buffer.from('feedfeed00000002ffffffff', 'hex'), 'secret'), /4294967295 entries, the limit is 1000/],
    ['a block of four gigabytes', sealed(Buffer.from('feedfeed00000002000000010000000200016100000000000000000005582e353039ffffffff', 'hex'), 'secret'), /cut short/],
    ['an unknown entry', sealed(Buffer.from('feedfeed000000020000000100000007000161', 'hex'), 'secret'), /cut short|unknown kind/],
    ['something behind the end', sealed(Buffer.concat([body, Buffer.from('more')]), 'secret'), /behind its last entry/],
  ])('with %s is refused', (_name, bytes, rule) => {
    expect(() => parseJks(bytes, 'secret')).toThrow(rule);
    expect(() => parseJks(bytes, 'secret')).toThrow(AppError);
  });

  it('cut or changed anywhere, even under a right digest, ends in an AppError or is read', () => {
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.nat(255), fc.boolean(), (at, octet, isCut) => {
        const damaged = Buffer.from(isCut ? body.subarray(0, at) : body);
        if (!isCut) damaged[at] = octet;
        for (const bytes of [sealed(damaged, 'secret'), damaged]) {
          try {
            parseJks(bytes, 'secret');
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
