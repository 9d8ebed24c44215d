import { describe, expect, it } from '@jest/globals';
import { isAppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { assembleCertificate } from '../certificate/encode-certificate.js';
import { parseCertificate } from '../certificate/parse-certificate.js';
import { signatureAlgorithmFor } from '../certificate/signature-algorithm.js';
import { verifySignedBy } from '../certificate/verify-signature.js';
import { parsePemChain } from '../chain/chain.js';
import { parseCsr, verifyCsr } from '../csr/csr.js';
import { bitString, explicit, integer, octetString, oid, sequence, sequenceOf, setOf, time, tlv, utf8String } from '../der/der-writer.js';
import { decodePem } from '../der/pem.js';
import { encodeExtension } from '../extension/extension-encoder.js';
import { extensionsFromJson } from '../extension/lemur-extensions.js';
import { extensionsToJson } from '../extension/lemur-extensions-view.js';
import { describeKey } from '../key-type/public-key.js';
import { nameText } from '../name/name-text.js';
import { parseName } from '../name/name-codec.js';
import { anyExtensions, anyName } from './arbitraries.js';
import { aCertificate, aKey } from './builders.js';

/** Runs every reader on the input; whatever is thrown must be an `AppError`, and the whole must end within a second. */
function survives(bytes: Uint8Array): void {
  // Processor time: another program on the machine may take all the time it likes.
  const start = process.cpuUsage();
  const readers: ((input: Uint8Array) => unknown)[] = [
    (input) => {
      const facts = parseCertificate(input);
      return [facts.isSelfSigned, nameText(facts.subject), extensionsToJson(facts.extensions), verifySignedBy(facts, facts)];
    },
    (input) => verifyCsr(parseCsr(input)),
    parseName,
    describeKey,
  ];
  for (const read of readers) onlyAppError(() => read(bytes));
  expect(process.cpuUsage(start).user / 1e6).toBeLessThan(1);
}

function onlyAppError(run: () => unknown): void {
  try {
    run();
  } catch (fault) {
    if (!isAppError(fault)) throw fault;
    expect(fault.code).toBe('invalid_argument');
  }
}

const good = aCertificate({ extensions: { subjectAltNames: [{ type: 'dns', value: 'a.test' }], crlDistributionPoints: ['http://a/'], certificatePolicies: [{ oid: '1.2.3', cps: ['http://c'] }] } }).der;

describe('hostile bytes', () => {
  it('cut off anywhere are refused', () => {
    for (let length = 0; length < good.length; length++) {
      survives(good.subarray(0, length));
      expect(() => parseCertificate(good.subarray(0, length))).toThrow();
    }
  });

  it('changed anywhere are read or refused', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, octet] of changes) bytes[at] = octet;
        survives(bytes);
      }),
      { numRuns: 3_000 },
    );
  });

  it('of random structure are read or refused', () => {
    const { element } = fc.letrec<{ element: Buffer }>((tie) => ({
      element: fc.oneof(
        { maxDepth: 6 },
        fc.tuple(fc.constantFrom(1, 2, 3, 4, 5, 6, 12, 19, 22, 23, 24, 30, 0x80, 0x82), fc.uint8Array({ maxLength: 20 })).map(([tag, content]) => tlv(tag, content)),
        fc.tuple(fc.constantFrom(0x30, 0x31, 0xa0, 0xa3), fc.array(tie('element'), { maxLength: 5 })).map(([tag, parts]) => tlv(tag, ...parts)),
      ),
    }));
    fc.assert(fc.property(element, survives), { numRuns: 1_000 });
  });

  it('nested deeply, announced hugely or repeated endlessly are refused in time', () => {
    let deep: Buffer = sequence();
    for (let depth = 0; depth < 5_000; depth++) deep = sequence(deep);
    const spki = aKey().spki;
    const rdn = setOf([sequence(oid('2.5.4.3'), utf8String('a'))]);
    const around = (subject: Buffer, extension: Buffer) =>
      assembleCertificate(
        sequence(explicit(0, integer(2)), integer(1), signatureAlgorithmFor('ECCPRIME256V1').der, subject, sequence(time(new Date(0)), time(new Date(0))), subject, spki, explicit(3, sequence(extension))),
        signatureAlgorithmFor('ECCPRIME256V1'),
        Buffer.of(1),
      );
    for (const bytes of [
      deep,
      Buffer.from('3084ffffffff', 'hex'),
      Buffer.from('30847fffffff3003020101', 'hex'),
      Buffer.alloc(1_000_000, 0x30),
      Buffer.alloc(2_000_000, 0),
      sequenceOf(Array.from({ length: 100_000 }, () => rdn)),
      around(sequenceOf(Array.from({ length: 50_000 }, () => rdn)), sequence()),
      around(sequence(), encodeExtension('2.5.29.17', false, sequenceOf(Array.from({ length: 30_000 }, () => tlv(0x82, Buffer.from('a')))))),
      around(sequence(), encodeExtension('2.5.29.37', false, sequenceOf(Array.from({ length: 100_000 }, () => oid('1.2.3'))))),
      around(sequence(), sequence(oid('2.5.29.35'), octetString(sequence(tlv(0x82, Buffer.alloc(500_000, 1)))))),
      sequence(sequence(explicit(0, integer(2)), tlv(2, Buffer.alloc(900_000, 1))), sequence(), bitString(Buffer.of())),
      sequence(oid('1.2.3'), tlv(6, Buffer.alloc(900_000, 0x81))),
    ]) {
      survives(bytes);
    }
  });

  it('in PEM end in time too', () => {
    for (const text of ['-----BEGIN X-----\n'.repeat(50_000), `-----BEGIN CERTIFICATE-----\n${'A'.repeat(2_000_000)}`, `-----BEGIN X-----\n${'a: b\n'.repeat(200_000)}-----END X-----`, '-'.repeat(3_000_000), '-----BEGIN '.repeat(100_000)]) {
      const start = process.cpuUsage();
      onlyAppError(() => decodePem(text));
      onlyAppError(() => parsePemChain(text));
      expect(process.cpuUsage(start).user / 1e6).toBeLessThan(1);
    }
  });
});

describe('hostile JSON', () => {
  it('is taken or refused with a field', () => {
    const keys = ['basicConstraints', 'keyUsage', 'extendedKeyUsage', 'subAltNames', 'custom', 'certificatePolicies', 'nameConstraints', 'crlDistributionPoints', 'certificateInfoAccess', 'authorityKeyIdentifier', 'names', 'nameType', 'value', 'ca', 'path_length', 'includeCrlDp', 'oid', '__proto__', 'constructor', 'permitted', 'policies'];
    const { node } = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof({ maxDepth: 5 }, fc.constantFrom(null, true, 0, '', 'x', 'constructor', 'toString', 'DNSName', 'IPAddress', '1.2.3'), fc.array(tie('node'), { maxLength: 4 }), fc.dictionary(fc.constantFrom(...keys), tie('node'), { maxKeys: 5 })),
    }));
    fc.assert(
      fc.property(node, (json) => {
        try {
          extensionsFromJson(json);
        } catch (fault) {
          if (!isAppError(fault)) throw fault;
          expect(fault.fields?.[0]?.path).toMatch(/^extensions/);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

it('reads every certificate that it can write, whatever the extensions', () => {
  fc.assert(fc.property(anyName, anyExtensions(), (subject, { subjectKeyId: _ski, authorityKeyId: _aki, ...extensions }) => survives(aCertificate({ subject, extensions }).der)), { numRuns: 50 });
});
