import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { oids } from '../containers/encryption/algorithm.js';
import { bitString, integer, octetString, oid, sequence } from '../der/der-writer.js';
import { readOnly } from '../der/der-reader.js';
import { encodePem } from '../der/pem.js';
import { isConsistent, keyMatches, publicKeyOf, toEncryptedPkcs8Pem, toPkcs8Der, toPkcs8Pem, toTraditionalPem } from './private-key.js';
import { parseEncryptedPrivateKey, parsePrivateKey } from './parse-private-key.js';
import { assertServedKey, publicKeyFingerprint, rsaExponentOf } from './public-key.js';

const keys: [string, KeyObject][] = [
  ['RSA 2048', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey],
  ['P-384', generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey],
  ['P-521', generateKeyPairSync('ec', { namedCurve: 'secp521r1' }).privateKey],
  ['sect283k1', generateKeyPairSync('ec', { namedCurve: 'sect283k1' }).privateKey],
  ['Ed25519', generateKeyPairSync('ed25519').privateKey],
];
const [, rsa] = keys[0]!;
const [, p256] = keys[1]!;
const [, ed25519] = keys[5]!;

const openssl = (args: string[], input: string | Buffer): string => execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();

const faultOf = (input: string | Uint8Array): AppError => {
  try {
    parsePrivateKey(input);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('was accepted');
};

describe.each(keys)('a private key of type %s', (_name, key) => {
  it('comes back the same from every form that is written', () => {
    for (const form of [toPkcs8Der(key), toPkcs8Pem(key), toTraditionalPem(key), toTraditionalPem(key).replaceAll('\n', '\r\n')]) {
      expect(toPkcs8Der(parsePrivateKey(form))).toEqual(toPkcs8Der(key));
    }
  });

  it('is written in forms that OpenSSL reads', () => {
    const expected = openssl(['pkey', '-pubout'], toPkcs8Pem(key));
    expect(openssl(['pkey', '-pubout'], toTraditionalPem(key))).toBe(expected);
    expect(encodePem('PUBLIC KEY', publicKeyOf(key))).toBe(expected.trim());
  });

  it('is encrypted so that OpenSSL opens it with the passphrase, and only so', async () => {
    const pem = await toEncryptedPkcs8Pem(key, 'correct horse', randomBytes);
    expect(pem).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n[^]*-----END ENCRYPTED PRIVATE KEY-----$/);
    expect(openssl(['pkey', '-passin', 'pass:correct horse', '-pubout'], pem)).toBe(openssl(['pkey', '-pubout'], toPkcs8Pem(key)));
    expect(() => openssl(['pkey', '-passin', 'pass:wrong', '-pubout'], pem)).toThrow();
    expect(toPkcs8Der(await parseEncryptedPrivateKey(pem, 'correct horse'))).toEqual(toPkcs8Der(key));
  });

  it('matches its own public key alone, and is consistent', () => {
    expect(isConsistent(key)).toBe(true);
    for (const [, other] of keys) expect(keyMatches(key, publicKeyOf(other))).toBe(other === key);
  });
});

describe('the traditional form', () => {
  it('has the label of its algorithm and no newline at the end', () => {
    expect(toTraditionalPem(rsa)).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n[^]*-----END RSA PRIVATE KEY-----$/);
    expect(toTraditionalPem(p256)).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n[^]*-----END EC PRIVATE KEY-----$/);
    expect(toTraditionalPem(ed25519)).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^]*-----END PRIVATE KEY-----$/);
  });
});

describe('facts of a public key', () => {
  it('are those of its kind', () => {
    expect(assertServedKey(publicKeyOf(rsa))).toMatchObject({ kind: 'rsa', bits: 2048 });
    expect(assertServedKey(publicKeyOf(keys[3]![1]))).toMatchObject({ kind: 'ec', bits: 521, curveOid: '1.3.132.0.35' });
    expect(assertServedKey(publicKeyOf(ed25519))).toMatchObject({ kind: 'ed25519', bits: 256 });
  });

  it('include the exponent of an RSA key', () => {
    expect(rsaExponentOf(publicKeyOf(rsa))).toBe(65_537n);
    expect(rsaExponentOf(publicKeyOf(generateKeyPairSync('rsa', { modulusLength: 1024, publicExponent: 3 }).privateKey))).toBe(3n);
    expect(rsaExponentOf(publicKeyOf(p256))).toBeNull();
  });

  it('include the fingerprint that OpenSSL computes', () => {
    const expected = execFileSync('openssl', ['dgst', '-sha256', '-r'], { input: publicKeyOf(p256) }).toString().slice(0, 64);
    expect(publicKeyFingerprint(publicKeyOf(p256))).toBe(expected);
  });

  it('are refused for algorithms that are not served', () => {
    const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' });
    expect(() => assertServedKey(x25519)).toThrow(/are not accepted, only RSA/);
    expect(() => assertServedKey(Buffer.from('nothing'))).toThrow(AppError);
  });
});

describe('reading a private key', () => {
  it('finds it among the blocks that OpenSSL and people put around it', () => {
    const text = openssl(['ecparam', '-name', 'prime256v1', '-genkey'], '');
    expect(text).toContain('BEGIN EC PARAMETERS');
    const wrapped = `my key\r\n${text.replaceAll('\n', '\r\n')}\r\nthank you\r\n`;
    expect(openssl(['pkey', '-pubout'], text)).toBe(`${encodePem('PUBLIC KEY', publicKeyOf(parsePrivateKey(wrapped)))}\n`);
  });

  it.each(['aes-128-cbc', 'aes-256-cbc', 'des3'])('opens what OpenSSL encrypted with %s, in PKCS#8 and traditional form', async (cipher) => {
    const pkcs8 = openssl(['pkcs8', '-topk8', '-v2', cipher, '-passout', 'pass:hunter'], toPkcs8Pem(rsa));
    const traditional = openssl(['pkey', '-traditional', `-${cipher}`, '-passout', 'pass:hunter'], toPkcs8Pem(rsa));
    expect(traditional).toContain('DEK-Info');
    for (const pem of [pkcs8, traditional]) expect(toPkcs8Der(await parseEncryptedPrivateKey(pem, 'hunter'))).toEqual(toPkcs8Der(rsa));
  });

  it('opens scrypt and the triple DES of PKCS#12', async () => {
    for (const scheme of [['-scrypt'], ['-v1', 'PBE-SHA1-3DES'], ['-v1', 'PBE-SHA1-2DES']]) {
      const pem = openssl(['pkcs8', '-topk8', ...scheme, '-passout', 'pass:hunter'], toPkcs8Pem(p256));
      expect(toPkcs8Der(await parseEncryptedPrivateKey(pem, 'hunter'))).toEqual(toPkcs8Der(p256));
    }
  });

  it('says which cipher it does not read', async () => {
    const pem = openssl(['pkcs8', '-topk8', '-v1', 'PBE-SHA1-RC2-40', '-provider', 'legacy', '-provider', 'default', '-passout', 'pass:hunter'], toPkcs8Pem(p256));
    await expect(parseEncryptedPrivateKey(pem, 'hunter')).rejects.toThrow(/RC2 with 40 bits/);
  });

  it('takes the second version of PKCS#8, with the public key inside', () => {
    const inner = readOnly(toPkcs8Der(ed25519));
    inner.integer();
    const body = [inner.next().raw, inner.next().raw];
    const point = publicKeyOf(ed25519).subarray(-32);
    const publicKey = bitString(point);
    publicKey[0] = 0x81;
    expect(toPkcs8Der(parsePrivateKey(sequence(integer(1), ...body, publicKey)))).toEqual(toPkcs8Der(ed25519));
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['no key', 'hello', /there is no private key in the text/],
    ['a certificate', encodePem('CERTIFICATE', Buffer.from('abc')), /there is no private key/],
    ['two keys', `${toPkcs8Pem(rsa)}\n${toPkcs8Pem(p256)}`, /more than one/],
    ['a DSA key', encodePem('DSA PRIVATE KEY', Buffer.from('abc')), /"DSA PRIVATE KEY" is not a kind/],
    ['a damaged key', toPkcs8Pem(rsa).replace('MII', 'MI!'), /damaged/],
    ['half a key', toPkcs8Pem(rsa).slice(0, 400), /damaged/],
    ['the wrong label', encodePem('PRIVATE KEY', sequence(integer(0), octetString(Buffer.alloc(9)))), /not a private key/],
    ['an X25519 key', generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), /are not accepted, only RSA/],
    ['a DSA key in PKCS#8', generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).privateKey.export({ format: 'der', type: 'pkcs8' }), /dsa are not accepted/],
    ['an EC key that spells out its curve', generateKeyPairSync('ec', { namedCurve: 'prime256v1', paramEncoding: 'explicit' }).privateKey.export({ format: 'der', type: 'pkcs8' }), /must name their curve/],
  ])('refuses %s by the field and the rule', (_name, input, rule) => {
    const fault = faultOf(input);
    expect(fault.code).toBe('invalid_argument');
    expect(fault.fields).toEqual([{ path: 'privateKey', message: expect.stringMatching(rule) }]);
  });

  it('asks for the passphrase, and says when it is wrong', async () => {
    const pem = await toEncryptedPkcs8Pem(p256, 'right', randomBytes);
    expect(faultOf(pem).message).toMatch(/is encrypted, and no passphrase was given/);
    for (const wrong of ['wrong', '', 'Right', 'right ']) {
      await expect(parseEncryptedPrivateKey(pem, wrong)).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'passphrase' }] });
    }
  });

  it('notices a public half that belongs to another key', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
    const sec1 = p256.export({ format: 'der', type: 'sec1' });
    const forged = Buffer.concat([sec1.subarray(0, sec1.length - 65), other]);
    expect(faultOf(forged).message).toMatch(/private half does not belong to its public half/);
    expect(isConsistent(createPrivateKey({ key: forged, format: 'der', type: 'sec1' }))).toBe(false);
  });

  it('takes a public key with a compressed point for the same key', () => {
    const compressed = execFileSync('openssl', ['ec', '-pubin', '-inform', 'DER', '-outform', 'DER', '-conv_form', 'compressed'], { input: publicKeyOf(p256), stdio: ['pipe', 'pipe', 'pipe'] });
    expect(compressed.length).toBeLessThan(publicKeyOf(p256).length);
    expect(keyMatches(p256, compressed)).toBe(true);
  });
});

describe('hostile keys', () => {
  const encrypted = (derivation: Buffer) =>
    sequence(sequence(oid(oids.pbes2), sequence(derivation, sequence(oid(oids.aes256Cbc), octetString(Buffer.alloc(16))))), octetString(Buffer.alloc(64)));

  it.each([
    ['two billion rounds of PBKDF2', sequence(oid(oids.pbkdf2), sequence(octetString(Buffer.alloc(8)), integer(2_000_000_000))), /more than 1000000 rounds/],
    ['rounds beyond 32 bits', sequence(oid(oids.pbkdf2), sequence(octetString(Buffer.alloc(8)), integer(1n << 40n))), /outside 0 to/],
    ['no rounds', sequence(oid(oids.pbkdf2), sequence(octetString(Buffer.alloc(8)), integer(0))), /no rounds/],
    ['sixteen gigabytes for scrypt', sequence(oid(oids.scrypt), sequence(octetString(Buffer.alloc(8)), integer(1 << 24), integer(8), integer(1))), /scrypt parameters ask for more/],
    ['a thousand lanes of scrypt', sequence(oid(oids.scrypt), sequence(octetString(Buffer.alloc(8)), integer(1024), integer(8), integer(1000))), /scrypt parameters ask for more/],
    ['a salt of a megabyte', sequence(oid(oids.pbkdf2), sequence(octetString(Buffer.alloc(500_000)), integer(2048))), /salt has more than/],
  ])('may not ask for %s', async (_name, derivation, rule) => {
    // Processor time: another program on the machine may take all the time it likes.
    const startedAt = process.cpuUsage();
    await expect(parseEncryptedPrivateKey(encrypted(derivation), 'right')).rejects.toThrow(rule);
    await expect(parseEncryptedPrivateKey(encrypted(derivation), 'right')).rejects.toBeInstanceOf(AppError);
    expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(200);
  });

  it('do not make the next good one fail', () => {
    createPublicKey(p256).equals(createPublicKey(ed25519));
    expect(toPkcs8Der(parsePrivateKey(toPkcs8Der(p256)))).toEqual(toPkcs8Der(p256));
  });

  it('end in an AppError that holds none of their bytes, wherever they are cut or changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.constantFrom('pkcs8', 'traditional'), fc.nat(), fc.nat(255), fc.boolean(), ([, key], form, position, octet, isCut) => {
        const der = form === 'pkcs8' ? toPkcs8Der(key) : Buffer.from(toTraditionalPem(key).replace(/-----.*-----|\n/g, ''), 'base64');
        const at = position % der.length;
        const damaged = Buffer.from(isCut ? der.subarray(0, at) : der);
        if (!isCut) damaged[at] = octet;
        try {
          parsePrivateKey(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect(String(error)).not.toContain(der.subarray(-12).toString('base64'));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('in any text end in an AppError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.uint8Array()), (input) => {
        expect(faultOf(input)).toBeInstanceOf(AppError);
      }),
    );
  });

  it('are never printed', () => {
    expect(JSON.stringify(parsePrivateKey(toPkcs8Der(p256)))).toBe('{}');
    expect(createPublicKey(createPrivateKey(toPkcs8Pem(p256))).type).toBe('public');
  });
});
