import { limits } from '@sifaka/kernel';
import { DerReader } from '../der/der-reader.js';
import { isIa5 } from '../der/der-string.js';
import { ia5String, utf8String } from '../der/der-writer.js';
import { invalidField, shown } from '../invalid.js';
import type { BasicConstraints, CertificatePolicy, CustomExtension, ExtensionRequest, GeneralName, KeyUsageName, NameConstraints } from './extensions.js';
import { checkedAddress, checkedDnsName, checkedEmail, checkedNetwork, checkedOid, checkedUri, checkedUrl } from './general-name-rules.js';
import { JsonFields } from './json-fields.js';
import { keyUsageFlags } from './key-usage-flags.js';
import { addressBytes } from './ip.js';
import { extendedKeyUsageOids, extensionOids } from './oids.js';

/**
 * REST `extensions` object → model. Unknown keys and name types are ignored.
 * Errors: `invalid_argument` with the path of the field below `path`.
 */
export function extensionsFromJson(json: unknown, path = 'extensions'): ExtensionRequest {
  const fields = JsonFields.of(json, path);
  return {
    ...optional('basicConstraints', fields.object('basicConstraints'), basicConstraints),
    ...optional('keyUsage', fields.object('keyUsage'), keyUsage),
    ...optional('extendedKeyUsage', fields.object('extendedKeyUsage'), extendedKeyUsage),
    ...optional('subjectAltNames', fields.object('subAltNames'), subjectAltNames),
    ...optional('nameConstraints', fields.object('nameConstraints'), nameConstraints),
    ...optional('certificatePolicies', fields.object('certificatePolicies'), certificatePolicies),
    ...keyIdentifiers(fields),
    ...authorityInfoAccess(fields.object('certificateInfoAccess')),
    ...crlDistributionPoints(fields.object('crlDistributionPoints')),
    ...optional('custom', fields, custom),
  };
}

/** Entries of one list that is not a list of names. */
const maxEntries = 100;
/** X.509 sets no bound; chains of more than a handful of authorities do not exist, and `limits.chainLength` is 10. */
const maxPathLength = 255;

/** `{ [key]: read(fields) }`, or nothing when the field is absent or comes out empty. */
function optional<K extends string, T>(key: K, fields: JsonFields | undefined, read: (fields: JsonFields) => T | undefined): Partial<Record<K, T>> {
  const value = fields === undefined ? undefined : read(fields);
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return {};
  const found: Partial<Record<K, T>> = {};
  found[key] = value;
  return found;
}

function basicConstraints(fields: JsonFields): BasicConstraints {
  const isCa = fields.flag('ca');
  const pathLength = fields.count('path_length', maxPathLength);
  return isCa && pathLength !== undefined ? { isCa, pathLength } : { isCa };
}

function keyUsage(fields: JsonFields): KeyUsageName[] {
  const asked = keyUsageFlags.filter(([flag]) => fields.flag(flag)).map(([, name]) => name);
  const [isEncipherOnly, isDecipherOnly] = [asked.includes('encipherOnly'), asked.includes('decipherOnly')];
  if (isEncipherOnly && isDecipherOnly) {
    throw invalidField(fields.path, 'useEncipherOnly and useDecipherOnly exclude each other (RFC 5280 §4.2.1.3)');
  }
  const isImplied = isEncipherOnly || isDecipherOnly;
  return keyUsageFlags.map(([, name]) => name).filter((name) => asked.includes(name) || (isImplied && name === 'keyAgreement'));
}

function extendedKeyUsage(fields: JsonFields): string[] {
  const named = Object.entries(extendedKeyUsageOids).flatMap(([flag, oid]) => (fields.flag(flag) ? [oid] : []));
  const further = fields.strings('oids', maxEntries).map(({ value, path }) => checkedOid(value, path));
  return [...new Set([...named, ...further])];
}

function subjectAltNames(fields: JsonFields): GeneralName[] {
  const seen = new Set<string>();
  return fields.list('names', limits.subjectAltNames).flatMap(({ value, path }) => {
    const name = generalName(JsonFields.of(value, path));
    if (name === null || seen.has(`${name.type} ${name.value}`)) return [];
    seen.add(`${name.type} ${name.value}`);
    return [name];
  });
}

type TextName = Exclude<GeneralName, { type: 'directoryName' | 'otherName' | 'opaque' }>;

/** `null` for name types that are not taken: directoryName, otherName, x400Address, EDIPartyName and unknown ones. */
function generalName(fields: JsonFields): TextName | null {
  const nameType = fields.text('nameType');
  const rule = sanRules.get(nameType);
  if (rule === undefined) return null;
  return { type: rule.type, value: rule.check(fields.text('value').trim(), fields.pathOf('value')) };
}

const sanRules: ReadonlyMap<string, { type: TextName['type']; check: (value: string, path: string) => string }> = new Map([
  ['DNSName', { type: 'dns', check: checkedDnsName }],
  ['IPAddress', { type: 'ip', check: checkedAddress }],
  ['IPNetwork', { type: 'network', check: checkedNetwork }],
  ['uniformResourceIdentifier', { type: 'uri', check: checkedUri }],
  ['rfc822Name', { type: 'email', check: checkedEmail }],
  ['registeredID', { type: 'registeredId', check: checkedOid }],
]);

function keyIdentifiers(fields: JsonFields): Pick<ExtensionRequest, 'subjectKeyId' | 'authorityKeyId'> {
  const subject = fields.object('subjectKeyIdentifier')?.flag('includeSKI') ?? false;
  const authority = fields.object('authorityKeyIdentifier');
  const byKey = authority?.flag('useKeyIdentifier') ?? false;
  const bySerial = authority?.flag('useAuthorityCert') ?? false;
  return {
    ...(subject && { subjectKeyId: true }),
    ...(byKey ? { authorityKeyId: 'key_id' as const } : bySerial && { authorityKeyId: 'issuer_and_serial' as const }),
  };
}

function authorityInfoAccess(fields: JsonFields | undefined): Pick<ExtensionRequest, 'authorityInfoAccess' | 'wantsAuthorityInfoAccess'> {
  if (fields === undefined) return {};
  const isWanted = fields.flag('includeAIA');
  const urls = (key: string): string[] => fields.strings(key, maxEntries).map(({ value, path }) => checkedUrl(value, path));
  const [ocsp, caIssuers] = [urls('ocsp'), urls('caIssuers')];
  if (ocsp.length + caIssuers.length > 0) return { authorityInfoAccess: { ocsp, caIssuers } };
  return fields.value('includeAIA') === undefined ? {} : { wantsAuthorityInfoAccess: isWanted };
}

/** The form of Lemur's user interface offers the words yes, no and default in the place of an address. */
const crlWords: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['yes', true],
  ['default', true],
  ['true', true],
  ['no', false],
  ['false', false],
  ['', null],
]);

function crlDistributionPoints(fields: JsonFields | undefined): Pick<ExtensionRequest, 'crlDistributionPoints' | 'wantsCrlDistributionPoints'> {
  if (fields === undefined) return {};
  const given = fields.value('urls') === undefined ? fields.strings('includeCrlDp', maxEntries) : fields.strings('urls', maxEntries);
  const [first] = given;
  const word = given.length === 1 && first ? crlWords.get(first.value.trim().toLowerCase()) : undefined;
  if (word !== undefined) return word === null ? {} : { wantsCrlDistributionPoints: word };
  const urls = given.map(({ value, path }) => checkedUrl(value.trim(), path));
  return urls.length > 0 ? { crlDistributionPoints: urls } : {};
}

function certificatePolicies(fields: JsonFields): CertificatePolicy[] {
  const policies = fields.list('policies', maxEntries).map(({ value, path }) => {
    const policy = JsonFields.of(value, path);
    const oid = checkedOid(policy.text('oid'), policy.pathOf('oid'));
    const cps = policy.strings('cps', maxEntries).map((entry) => checkedUrl(entry.value, entry.path));
    return { policy, oid, ...(cps.length > 0 && { cps }) };
  });
  refuseRepeats(policies.map(({ oid, policy }) => ({ oid, path: policy.pathOf('oid') })));
  return policies.map(({ oid, cps }) => (cps ? { oid, cps } : { oid }));
}

function nameConstraints(fields: JsonFields): NameConstraints | undefined {
  const subtrees = (key: string): GeneralName[] =>
    fields.list(key, limits.subjectAltNames).map(({ value, path }) => constraint(JsonFields.of(value, path)));
  const [permitted, excluded] = [subtrees('permitted'), subtrees('excluded')];
  return permitted.length + excluded.length > 0 ? { permitted, excluded } : undefined;
}

/** A constraint that cannot be expressed is refused: dropping one would widen what the authority may issue. */
function constraint(fields: JsonFields): GeneralName {
  const nameType = fields.text('nameType');
  const value = fields.text('value').trim();
  const path = fields.pathOf('value');
  const host = (text: string): string => (text === '' ? '' : text.startsWith('.') ? `.${checkedDnsName(text.slice(1), path)}` : checkedDnsName(text, path));
  switch (nameType) {
    case 'DNSName':
      return { type: 'dns', value: host(value) };
    case 'uniformResourceIdentifier':
      return { type: 'uri', value: host(value) };
    case 'rfc822Name':
      return { type: 'email', value: value.includes('@') ? checkedEmail(value, path) : host(value) };
    case 'IPAddress':
    case 'IPNetwork':
      return { type: 'network', value: checkedNetwork(addressBytes(value) === null ? value : checkedAddress(value, path), path) };
    default:
      throw invalidField(fields.pathOf('nameType'), `${shown(nameType)} is not one of DNSName, IPNetwork, rfc822Name, uniformResourceIdentifier`);
  }
}

function custom(fields: JsonFields): CustomExtension[] {
  const entries = fields.list('custom', maxEntries).map(({ value, path }) => JsonFields.of(value, path));
  const extensions = entries.map((entry) => ({
    oid: customOid(entry),
    isCritical: entry.flag('isCritical'),
    value: customValue(entry),
  }));
  refuseRepeats(extensions.map(({ oid }, index) => ({ oid, path: `${fields.pathOf('custom')}.${index}.oid` })));
  return extensions;
}

function customOid(entry: JsonFields): string {
  const oid = checkedOid(entry.text('oid').trim(), entry.pathOf('oid'));
  const modelled = Object.entries(extensionOids).find(([, known]) => known === oid);
  if (modelled) throw invalidField(entry.pathOf('oid'), `${oid} has a field of its own (${modelled[0]})`);
  return oid;
}

function customValue(entry: JsonFields): Buffer {
  const encoding = entry.text('encoding').toLowerCase();
  const value = entry.text('value');
  const path = entry.pathOf('value');
  switch (encoding) {
    case 'string':
      return utf8String(value);
    case 'ia5string':
      if (!isIa5(value)) throw invalidField(path, `${shown(value)} holds characters outside ASCII, which ia5string cannot carry`);
      return ia5String(value);
    case 'b64asn1':
      return derFromBase64(value, path);
    default:
      throw invalidField(entry.pathOf('encoding'), `${shown(encoding)} is not one of b64asn1, string, ia5string`);
  }
}

function derFromBase64(value: string, path: string): Buffer {
  const bytes = Buffer.from(value, 'base64');
  const isCanonical = bytes.length > 0 && bytes.toString('base64') === value.replace(/\s+/g, '');
  if (!isCanonical || !isOneElement(bytes)) throw invalidField(path, `${shown(value)} is not the base64 of one DER value`);
  return bytes;
}

function isOneElement(bytes: Buffer): boolean {
  try {
    const reader = DerReader.over(bytes);
    reader.next();
    return reader.isAtEnd;
  } catch {
    return false;
  }
}

function refuseRepeats(entries: readonly { oid: string; path: string }[]): void {
  const seen = new Set<string>();
  for (const { oid, path } of entries) {
    if (seen.has(oid)) throw invalidField(path, `${oid} stands twice`);
    seen.add(oid);
  }
}
