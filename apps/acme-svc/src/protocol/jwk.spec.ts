import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jwsSignature, publicKeyFrom, thumbprint, type JwsAlgorithm } from './jwk.js';

const spkiOf = (jwk: Record<string, string>): Buffer => createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' });

describe('the thumbprint of a key', () => {
  it('is that of RFC 7638 section 3.1', () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    expect(thumbprint(publicKeyFrom(spkiOf({ kty: 'RSA', e: 'AQAB', n })).jwk)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  });

  it('is that of RFC 8037 appendix A.3', () => {
    const { jwk, algorithm } = publicKeyFrom(spkiOf({ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }));
    expect(thumbprint(jwk)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
    expect(algorithm).toMatchObject({ name: 'EdDSA', hash: null });
  });
});

describe('a signature of the key vault', () => {
  it.each([
    ['prime256v1', 'ES256', 64],
    ['secp384r1', 'ES384', 96],
    ['secp521r1', 'ES512', 132],
  ])('over %s becomes the two numbers of %s, whatever their leading zeros', (namedCurve, name, bytes) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    const { algorithm } = publicKeyFrom(publicKey);
    expect(algorithm.name).toBe(name);
    for (let count = 0; count < 300; count += 1) {
      const input = Buffer.from(`input ${count}`);
      const raw = jwsSignature(algorithm, sign(algorithm.hash, input, privateKey));
      expect(raw).toHaveLength(bytes);
      expect(verify(algorithm.hash, input, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true);
    }
  });

  it('has numbers of one length, however short they are in DER', () => {
    const algorithm: JwsAlgorithm = { name: 'ES256', hash: 'sha256', numberBytes: 32 };
    const number = fc.uint8Array({ minLength: 1, maxLength: 32 }).filter((octets) => octets.some((octet) => octet !== 0));
    const derInteger = (octets: Uint8Array): Buffer => {
      const digits = Buffer.from(octets.subarray(octets.findIndex((octet) => octet !== 0)));
      const value = digits[0]! > 0x7f ? Buffer.concat([Buffer.alloc(1), digits]) : digits;
      return Buffer.concat([Buffer.from([2, value.length]), value]);
    };
    fc.assert(
      fc.property(number, number, (r, s) => {
        const content = Buffer.concat([derInteger(r), derInteger(s)]);
        const raw = jwsSignature(algorithm, Buffer.concat([Buffer.from([0x30, content.length]), content]));
        const asNumber = (octets: Uint8Array) => BigInt(`0x${Buffer.from(octets).toString('hex')}`);
        expect([raw.length, asNumber(raw.subarray(0, 32)), asNumber(raw.subarray(32))]).toEqual([64, asNumber(r), asNumber(s)]);
      }),
    );
  });

  it('of RSA and Ed25519 stays as it is', () => {
    const { algorithm } = publicKeyFrom(generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey);
    expect(algorithm.name).toBe('RS256');
    expect(jwsSignature(algorithm, Buffer.from('abc'))).toEqual(Buffer.from('abc'));
  });
});

it('refuses keys that ACME has no signature for', () => {
  for (const namedCurve of ['secp256k1', 'secp224r1']) {
    expect(() => publicKeyFrom(generateKeyPairSync('ec', { namedCurve }).publicKey)).toThrow('there are RSA, P-256, P-384, P-521 and Ed25519');
  }
});
