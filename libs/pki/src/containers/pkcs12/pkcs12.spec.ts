import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { readOnly } from '../../der/der-reader.js';
import { encodePem } from '../../der/pem.js';
import { explicit, integer, nullValue, octetString, oid, sequence } from '../../der/der-writer.js';
import { toPkcs8Der, toPkcs8Pem } from '../../keys/private-key.js';
import { oids } from '../encryption/algorithm.js';
import { IterationBudget } from '../encryption/iteration-budget.js';
import { bmpPassphrase, kdfPurpose, pkcs12Kdf } from '../encryption/pkcs12-kdf.js';
import { aPath, keysOfEachType } from '../test/a-path.js';
import { describeWith, keytool, keytoolForBytes, openssl, runForBytes } from '../test/peer.js';
import { encodePkcs12, type Pkcs12Form } from './encode-pkcs12.js';
import { parsePkcs12 } from './parse-pkcs12.js';
import { pkcs12Oids } from './pkcs12-oids.js';

const forms: Pkcs12Form[] = ['modern', 'legacy'];
const path = aPath(keysOfEachType[1]![1]);
const encode = (passphrase: string, form: Pkcs12Form = 'modern', of = path) => encodePkcs12({ ...of, friendlyName: 'www', passphrase, form, random: randomBytes });
const files = {
  'key.pem': toPkcs8Pem(path.privateKey),
  'cert.pem': encodePem('CERTIFICATE', path.certificateDer),
  'chain.pem': path.chainDer.map((der) => encodePem('CERTIFICATE', der)).join('\n'),
};
const exported = (passphrase: string, ...args: string[]): Buffer =>
  runForBytes('openssl', ['pkcs12', '-export', '-inkey', '@key.pem', '-in', '@cert.pem', '-certfile', '@chain.pem', '-name', 'mine', '-passout', `pass:${passphrase}`, ...args], files);
const wellFormed = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\0'));

describe.each(forms)('a %s PKCS#12 file', (form) => {
  it.each(keysOfEachType)('gives back key, certificate and chain with a key of type %s', async (_name, key) => {
    const of = aPath(key);
    const { keys, certificates } = await parsePkcs12(await encode('secret', form, of), 'secret');
    expect(keys.map((entry) => toPkcs8Der(entry.privateKey))).toEqual([toPkcs8Der(key)]);
    expect(certificates.map((entry) => entry.certificateDer)).toEqual([of.certificateDer, ...of.chainDer]);
    expect(keys[0]?.friendlyName).toBe('www');
    expect(certificates.map((entry) => entry.localKeyId)).toEqual([keys[0]?.localKeyId, null, null]);
  });

  it('opens with its passphrase and no other, whatever characters it has', async () => {
    await fc.assert(
      fc.asyncProperty(wellFormed, wellFormed, async (passphrase, other) => {
        const file = await encode(passphrase, form);
        expect((await parsePkcs12(file, passphrase)).keys).toHaveLength(1);
        if (other !== passphrase) await expect(parsePkcs12(file, other)).rejects.toMatchObject({ fields: [{ path: 'passphrase' }] });
      }),
      { numRuns: 15 },
    );
  });

  it.each(keysOfEachType)('is opened by OpenSSL with a key of type %s', async (_name, key) => {
    const of = aPath(key);
    const files = { 'a.p12': await encode('s3cret pass', form, of) };
    const legacy = form === 'legacy' ? ['-legacy'] : [];
    const read = (...args: string[]) => openssl(['pkcs12', '-in', '@a.p12', '-passin', 'pass:s3cret pass', ...legacy, ...args], files);
    expect(read('-nocerts', '-nodes')).toContain(toPkcs8Pem(key));
    expect(read('-clcerts', '-nokeys')).toContain(encodePem('CERTIFICATE', of.certificateDer));
    for (const der of of.chainDer) expect(read('-cacerts', '-nokeys')).toContain(encodePem('CERTIFICATE', der));
    expect(read('-nokeys')).toContain('friendlyName: www');
    expect(() => openssl(['pkcs12', '-in', '@a.p12', '-passin', 'pass:wrong', ...legacy, '-nokeys'], files)).toThrow();
  });

  it('is opened by OpenSSL with a passphrase beyond ASCII', async () => {
    const files = { 'a.p12': await encode('pässwörd 🔑', form) };
    expect(openssl(['pkcs12', '-in', '@a.p12', '-passin', 'pass:pässwörd 🔑', '-nodes'], files)).toContain(toPkcs8Pem(path.privateKey));
  });
});

it('uses AES-256 and SHA-256 in the modern form, triple DES and SHA-1 in the legacy one', async () => {
  const info = (file: Buffer) => openssl(['asn1parse', '-inform', 'DER', '-in', '@a.p12', '-i'], { 'a.p12': file });
  expect(info(await encode('secret'))).toMatch(/sha256/);
  expect((await encode('secret', 'legacy')).includes(Buffer.from('2a864886f70d010c0103', 'hex'))).toBe(true);
  expect((await encode('secret')).includes(Buffer.from('60864801650304012a', 'hex'))).toBe(true);
});

describeWith('keytool')('Java', () => {
  it.each(forms)('opens a %s file and lists key and chain', async (form) => {
    const of = aPath(keysOfEachType[0]![1]);
    const listed = keytool(['-list', '-v', '-keystore', '@a.p12', '-storetype', 'PKCS12', '-storepass', 's3cret pass'], { 'a.p12': await encode('s3cret pass', form, of) });
    expect(listed).toContain('Alias name: www');
    expect(listed).toContain('Entry type: PrivateKeyEntry');
    expect(listed).toContain('Certificate chain length: 3');
  });
});

describe('reading PKCS#12 of others', () => {
  it.each<[string, string[]]>([
    ['the defaults of OpenSSL', []],
    ['triple DES', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['triple DES with two keys', ['-keypbe', 'PBE-SHA1-2DES', '-certpbe', 'PBE-SHA1-2DES']],
    ['AES-128, SHA-512 and many rounds', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'sha512', '-iter', '50000']],
    ['SHA-384', ['-macalg', 'sha384']],
    ['certificates in clear', ['-certpbe', 'NONE']],
    ['the key in clear', ['-keypbe', 'NONE']],
    ['no authentication', ['-nomac']],
  ])('works with %s', async (_name, args) => {
    const { keys, certificates } = await parsePkcs12(exported('secret', ...args), 'secret');
    expect(keys.map(({ privateKey, friendlyName }) => [toPkcs8Der(privateKey), friendlyName])).toEqual([[toPkcs8Der(path.privateKey), 'mine']]);
    expect(certificates.map(({ certificateDer }) => certificateDer)).toEqual([path.certificateDer, ...path.chainDer]);
  });

  it('works with an empty passphrase', async () => {
    expect((await parsePkcs12(exported(''), '')).keys).toHaveLength(1);
    await expect(parsePkcs12(exported(''), 'x')).rejects.toMatchObject({ fields: [{ path: 'passphrase' }] });
  });

  it('says that RC2 is not read, and what to do', async () => {
    await expect(parsePkcs12(exported('secret', '-legacy', '-certpbe', 'PBE-SHA1-RC2-40'), 'secret')).rejects.toThrow(/RC2 with 40 bits.*openssl pkcs12 -legacy/);
  });

  it('works with the indefinite lengths of Firefox and macOS', async () => {
    const file = await encode('secret');
    const outer = readOnly(file);
    const indefinite = Buffer.concat([Buffer.of(0x30, 0x80), outer.next().raw, outer.next().raw, outer.next().raw, Buffer.alloc(2)]);
    expect((await parsePkcs12(indefinite, 'secret')).keys).toHaveLength(1);
  });
});

describeWith('keytool')('reading PKCS#12 of Java', () => {
  it('finds key and certificate', async () => {
    const made = keytoolForBytes(['-genkeypair', '-alias', 'mine', '-keyalg', 'EC', '-groupname', 'secp256r1', '-dname', 'CN=java', '-storetype', 'PKCS12', '-storepass', 'secret'], '-keystore');
    const { keys, certificates } = await parsePkcs12(made, 'secret');
    expect(keys[0]?.friendlyName).toBe('mine');
    expect(certificates).toHaveLength(1);
  });
});

describe('hostile PKCS#12', () => {
  const withMac = (iterations: number | bigint, salt = Buffer.alloc(8)) =>
    sequence(
      integer(3),
      sequence(oid(pkcs12Oids.data), explicit(0, octetString(sequence()))),
      sequence(sequence(sequence(oid(oids.sha256), nullValue()), octetString(Buffer.alloc(32))), octetString(salt), integer(iterations)),
    );

  it.each([
    ['two billion rounds', withMac(2_000_000_000), /more than 1000000 rounds/],
    ['more rounds than numbers have', withMac(1n << 70n), /outside 0 to/],
    ['no rounds', withMac(0), /no rounds/],
    ['a salt of half a megabyte', withMac(2048, Buffer.alloc(500_000)), /salt has more than/],
    ['nothing', Buffer.alloc(0), /cut short/],
    ['text', Buffer.from('-----BEGIN CERTIFICATE-----'), /./],
    ['a key store of Java', Buffer.from('feedfeed0000000200000000', 'hex'), /./],
  ])('with %s is refused at once', async (_name, file, rule) => {
    // Processor time: another program on the machine may take all the time it likes.
    const startedAt = process.cpuUsage();
    await expect(parsePkcs12(file, 'secret')).rejects.toThrow(rule);
    await expect(parsePkcs12(file, 'secret')).rejects.toBeInstanceOf(AppError);
    expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(250);
  });

  it('may not hide the work in many small parts', async () => {
    const budget = new IterationBudget();
    for (let part = 0; part < 4; part++) budget.spend(1_000_000);
    expect(() => budget.spend(1)).toThrow(/together/);
  });

  it('cut anywhere, or changed anywhere, ends in an AppError or in the same contents', async () => {
    const file = await encode('secret', 'legacy');
    const before = (await parsePkcs12(file, 'secret')).certificates;
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.nat(255), fc.boolean(), async (at, octet, isCut) => {
        const damaged = Buffer.from(isCut ? file.subarray(0, at) : file);
        if (!isCut) damaged[at] = octet;
        try {
          expect((await parsePkcs12(damaged, 'secret')).certificates).toEqual(before);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('without any protection, changed anywhere, ends in an AppError or is read', async () => {
    const file = exported('', '-keypbe', 'NONE', '-certpbe', 'NONE', '-nomac');
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.nat(255), async (at, octet) => {
        const damaged = Buffer.from(file);
        damaged[at] = octet;
        await parsePkcs12(damaged, '').catch((error: unknown) => expect(error).toBeInstanceOf(AppError));
      }),
      { numRuns: 500 },
    );
  });

  it.each(['', 'a\0b', '\ud800', 'x'.repeat(1025)])('is not made with a passphrase that is empty, too long or not text', async (passphrase) => {
    await expect(encode(passphrase)).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'passphrase' }] });
  });
});

describe('the key derivation of RFC 7292', () => {
  it('gives the values of independent vectors', async () => {
    // Vectors of "smeg" and "queeg", in use since the first implementations of PKCS#12.
    const derive = (passphrase: string, salt: string, purpose: 1 | 2 | 3, iterations: number, length: number) =>
      pkcs12Kdf({ hash: 'sha1', passphrase: bmpPassphrase(passphrase), salt: Buffer.from(salt, 'hex'), iterations, purpose, length }, new IterationBudget());
    expect((await derive('smeg', '0a58cf64530d823f', kdfPurpose.key, 1, 24)).toString('hex')).toBe('8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3');
    expect((await derive('smeg', '0a58cf64530d823f', kdfPurpose.iv, 1, 8)).toString('hex')).toBe('79993dfe048d3b76');
    expect((await derive('queeg', '05dec959acff72f7', kdfPurpose.key, 1000, 24)).toString('hex')).toBe('ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4');
  });
});
