import fc from 'fast-check';
import { keyUsageNames, type Extensions, type GeneralName } from '../extension/extensions.js';
import { nameOids, type Name } from '../name/name.js';

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?$/);
export const dnsName = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
const url = dnsName.map((host) => `http://${host}/x`);
const dotted = fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 39 }), fc.array(fc.nat(), { minLength: 1, maxLength: 5 })).map(([a, b, rest]) => [a, b, ...rest].join('.'));
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));

const text = fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 12 }).filter((value) => value.trim() === value && !value.includes('\0') && !value.startsWith('#'));

/** Names that X.509 allows, with one to five values. */
export const anyName: fc.Arbitrary<Name> = fc.array(
  fc.oneof(
    fc.record({ oid: fc.constantFrom(nameOids.commonName, nameOids.organization, nameOids.organizationalUnit, nameOids.location, nameOids.state), value: text }),
    fc.record({ oid: fc.constant(nameOids.country), value: fc.constantFrom('NO', 'DE', 'us') }),
    fc.record({ oid: fc.constant(nameOids.email), value: dnsName.map((host) => `a@${host}`) }),
  ),
  { minLength: 1, maxLength: 5 },
);

/** Names in the types that all implementations read alike. */
export const plainGeneralName: fc.Arbitrary<GeneralName> = fc.oneof(
  fc.record({ type: fc.constant('dns' as const), value: dnsName }),
  fc.record({ type: fc.constant('ip' as const), value: fc.ipV4() }),
  fc.record({ type: fc.constant('uri' as const), value: url }),
  fc.record({ type: fc.constant('email' as const), value: dnsName.map((host) => `a@${host}`) }),
);

export const anyGeneralName: fc.Arbitrary<GeneralName> = fc.oneof(
  plainGeneralName,
  fc.record({ type: fc.constant('registeredId' as const), value: dotted }),
  fc.record({ type: fc.constant('directoryName' as const), name: anyName }),
  fc.record({ type: fc.constant('network' as const), value: fc.constantFrom('10.0.0.0/8', '192.0.2.128/25', '0.0.0.0/0', '2001:db8::/32', '::1/128') }),
  fc.record({ type: fc.constant('otherName' as const), oid: dotted, value: fc.constant(Buffer.from('0c0178', 'hex')) }),
);

const some = <T>(of: fc.Arbitrary<T>) => fc.uniqueArray(of, { minLength: 1, maxLength: 4, selector: (value) => JSON.stringify(value) });

const basicConstraints = fc.oneof(
  fc.constant({ isCa: false }),
  fc.constant({ isCa: true }),
  fc.record({ isCa: fc.constant(true), pathLength: fc.nat(300) }),
);

/** Every extension of the model, each there or not. */
export const anyExtensions = (names: fc.Arbitrary<GeneralName> = anyGeneralName): fc.Arbitrary<Extensions> =>
  fc.record(
    {
      basicConstraints,
      keyUsage: fc.subarray([...keyUsageNames], { minLength: 1 }),
      extendedKeyUsage: some(fc.oneof(fc.constantFrom('1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'), dotted)),
      subjectAltNames: some(names),
      subjectKeyId: bytes(20),
      authorityKeyId: fc.oneof(fc.record({ keyId: bytes(20) }), fc.record({ keyId: bytes(20), issuerNameDer: fc.constant(Buffer.from('300c310a300806035504030c0178', 'hex')), serial: fc.bigInt({ min: 1n, max: 1n << 158n }) })),
      authorityInfoAccess: fc.record({ ocsp: some(url), caIssuers: fc.oneof(fc.constant([]), some(url)) }),
      crlDistributionPoints: some(url),
      certificatePolicies: fc.uniqueArray(fc.oneof(fc.record({ oid: dotted }), fc.record({ oid: dotted, cps: some(url) })), { minLength: 1, maxLength: 3, selector: ({ oid }) => oid }),
      nameConstraints: fc.record({ permitted: some(fc.record({ type: fc.constant('dns' as const), value: dnsName })), excluded: fc.oneof(fc.constant([]), some(fc.record({ type: fc.constant('network' as const), value: fc.constantFrom('10.0.0.0/8', '2001:db8::/32') }))) }),
      custom: fc.uniqueArray(fc.record({ oid: dotted.map((oid) => `2.999${oid.slice(1)}`), isCritical: fc.boolean(), value: fc.uint8Array({ minLength: 1, maxLength: 30 }).map((array) => Buffer.from(array)) }), { minLength: 1, maxLength: 3, selector: ({ oid }) => oid }),
    },
    { requiredKeys: [] },
  );
