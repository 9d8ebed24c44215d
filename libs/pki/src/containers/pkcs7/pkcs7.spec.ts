import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { encodePem } from '../../der/pem.js';
import { toPkcs8Pem } from '../../keys/private-key.js';
import { aPath, keysOfEachType } from '../test/a-path.js';
import { openssl, runForBytes } from '../test/peer.js';
import { encodePkcs7, parsePkcs7, pkcs7Pem } from './pkcs7.js';

const path = aPath(keysOfEachType[1]![1]);
const all = [path.certificateDer, ...path.chainDer];

describe('a PKCS#7 file of certificates', () => {
  it('gives them back in their order, from DER and from PEM', () => {
    expect(parsePkcs7(encodePkcs7(all))).toEqual(all);
    expect(parsePkcs7(`text\r\n${pkcs7Pem(all).replaceAll('\n', '\r\n')}\r\n`)).toEqual(all);
    expect(parsePkcs7(encodePkcs7([...all].reverse()))).toEqual([...all].reverse());
    expect(parsePkcs7(encodePkcs7([]))).toEqual([]);
  });

  it('is printed by OpenSSL, leaf first', () => {
    const printed = openssl(['pkcs7', '-print_certs', '-inform', 'DER', '-in', '@a.p7b'], { 'a.p7b': encodePkcs7(all) });
    const positions = all.map((der) => printed.indexOf(encodePem('CERTIFICATE', der)));
    expect(positions.every((position, index) => position > (positions[index - 1] ?? 0))).toBe(true);
    expect(openssl(['pkcs7', '-print_certs', '-noout', '-in', '@a.p7b'], { 'a.p7b': `${pkcs7Pem(all)}\n` })).toContain('www.example.test');
  });

  it('is read when OpenSSL made it, signed or not', () => {
    const files = { 'cert.pem': all.map((der) => encodePem('CERTIFICATE', der)).join('\n'), 'key.pem': toPkcs8Pem(path.privateKey), text: 'hello' };
    expect(parsePkcs7(runForBytes('openssl', ['crl2pkcs7', '-nocrl', '-certfile', '@cert.pem', '-outform', 'DER'], files))).toEqual(all);
    const signed = runForBytes('openssl', ['smime', '-sign', '-in', '@text', '-signer', '@cert.pem', '-inkey', '@key.pem', '-outform', 'DER', '-nodetach'], files);
    expect(parsePkcs7(signed)).toEqual([path.certificateDer]);
  });

  it.each<[string, string | Uint8Array]>([
    ['nothing', Buffer.alloc(0)],
    ['a certificate', path.certificateDer],
    ['text without PEM', 'hello'],
    ['a PEM of something else', encodePem('CERTIFICATE', path.certificateDer)],
  ])('is refused when it is %s', (_name, input) => {
    expect(() => parsePkcs7(input)).toThrow(AppError);
  });

  it('cut or changed anywhere ends in an AppError or is read', () => {
    const file = encodePkcs7(all);
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), fc.boolean(), (at, octet, isCut) => {
        const damaged = Buffer.from(isCut ? file.subarray(0, at) : file);
        if (!isCut) damaged[at] = octet;
        try {
          parsePkcs7(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
