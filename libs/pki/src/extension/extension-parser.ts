import { decodeInteger, decodeNamedBits, type DerReader } from '../der/der-reader.js';
import { contextConstructed, contextPrimitive, tags } from '../der/tag.js';
import { malformed } from '../invalid.js';
import { pkiLimits } from '../pki-limits.js';
import {
  keyUsageNames,
  type AuthorityInfoAccess,
  type AuthorityKeyId,
  type BasicConstraints,
  type CertificatePolicy,
  type CustomExtension,
  type Extensions,
  type GeneralName,
  type KeyUsageName,
  type NameConstraints,
} from './extensions.js';
import { parseGeneralName } from './general-name-codec.js';
import { accessOids, cpsQualifierOid, extensionOids } from './oids.js';

/** Extensions that could be read, and the identifiers of those that could not. */
export interface ParsedExtensions {
  readonly extensions: Extensions;
  readonly undecodable: readonly string[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads the `Extensions` SEQUENCE at the cursor; an extension that cannot be decoded is left out, never an error. */
export function parseExtensions(reader: DerReader): ParsedExtensions {
  const extensions: Mutable<Extensions> = {};
  const undecodable: string[] = [];
  const custom: CustomExtension[] = [];
  let list: DerReader | undefined;
  try {
    list = reader.enter();
    for (let count = 0; !list.isAtEnd && count < pkiLimits.extensions; count++) {
      parseOne(list, extensions, custom, undecodable);
    }
    if (!list.isAtEnd) undecodable.push('more');
  } catch {
    // A broken frame: what stands behind it cannot be found any more.
    undecodable.push('structure');
  }
  if (custom.length > 0) extensions.custom = custom;
  return { extensions, undecodable };
}

function parseOne(list: DerReader, extensions: Mutable<Extensions>, custom: CustomExtension[], undecodable: string[]): void {
  const extension = list.enter();
  const dotted = extension.oid();
  const isCritical = extension.peek() === tags.boolean && extension.boolean();
  const value = extension.octetString();
  const read = readers[dotted];
  if (!read) {
    custom.push({ oid: dotted, isCritical, value });
    return;
  }
  try {
    const inner = extension.inside(value);
    const before = Object.keys(extensions);
    const found = read(inner);
    inner.finish();
    for (const key of before) if (key in found) throw malformed(`extension ${dotted} stands twice`);
    Object.assign(extensions, found);
  } catch {
    undecodable.push(dotted);
  }
}

const readers: Readonly<Record<string, (reader: DerReader) => Extensions>> = {
  [extensionOids.basicConstraints]: (reader) => ({ basicConstraints: basicConstraints(reader.enter()) }),
  [extensionOids.keyUsage]: (reader) => ({ keyUsage: keyUsage(reader) }),
  [extensionOids.extendedKeyUsage]: (reader) => ({ extendedKeyUsage: each(reader.enter(), (oids) => oids.oid()) }),
  [extensionOids.subjectAltNames]: (reader) => ({ subjectAltNames: each(reader.enter(), parseGeneralName) }),
  [extensionOids.subjectKeyId]: (reader) => ({ subjectKeyId: reader.octetString() }),
  [extensionOids.authorityKeyId]: (reader) => ({ authorityKeyId: authorityKeyId(reader.enter()) }),
  [extensionOids.authorityInfoAccess]: (reader) => ({ authorityInfoAccess: authorityInfoAccess(reader.enter()) }),
  [extensionOids.crlDistributionPoints]: (reader) => ({ crlDistributionPoints: each(reader.enter(), distributionPoint).flat() }),
  [extensionOids.certificatePolicies]: (reader) => ({ certificatePolicies: each(reader.enter(), policyInformation) }),
  [extensionOids.nameConstraints]: (reader) => ({ nameConstraints: nameConstraints(reader.enter()) }),
};

/** All elements of a list, at most as many as a certificate may have names. */
function each<T>(list: DerReader, read: (list: DerReader) => T): T[] {
  const items: T[] = [];
  while (!list.isAtEnd) {
    if (items.length >= pkiLimits.generalNames) throw malformed(`an extension has more than ${pkiLimits.generalNames} entries`);
    items.push(read(list));
  }
  return items;
}

function basicConstraints(reader: DerReader): BasicConstraints {
  const isCa = reader.peek() === tags.boolean && reader.boolean();
  const pathLength = reader.peek() === tags.integer ? reader.smallInteger(0x7fffffff) : undefined;
  reader.finish();
  return pathLength === undefined ? { isCa } : { isCa, pathLength };
}

function keyUsage(reader: DerReader): KeyUsageName[] {
  const bits = decodeNamedBits(reader.read(tags.bitString).content, keyUsageNames.length);
  return keyUsageNames.filter((_, index) => bits[index]);
}

function authorityKeyId(reader: DerReader): AuthorityKeyId {
  const keyId = reader.optional(contextPrimitive(0))?.content;
  const issuers = reader.enterOptional(contextConstructed(1));
  const issuer = issuers?.enterOptional(contextConstructed(4))?.next().raw;
  const serial = reader.optional(contextPrimitive(2))?.content;
  return {
    ...(keyId && { keyId }),
    ...(issuer && { issuerNameDer: issuer }),
    ...(serial && { serial: decodeInteger(serial) }),
  };
}

function authorityInfoAccess(reader: DerReader): AuthorityInfoAccess {
  const entries = each(reader, (list) => {
    const description = list.enter();
    return { method: description.oid(), location: parseGeneralName(description) };
  });
  const urls = (method: string): string[] => entries.flatMap((entry) => (entry.method === method ? urlOf(entry.location) : []));
  return { ocsp: urls(accessOids.ocsp), caIssuers: urls(accessOids.caIssuers) };
}

/** URLs of one DistributionPoint; relative names, reasons and CRL issuers are passed over. */
function distributionPoint(list: DerReader): string[] {
  const point = list.enter();
  const names = point.explicit(0)?.enterOptional(contextConstructed(0));
  return names ? each(names, parseGeneralName).flatMap(urlOf) : [];
}

const urlOf = (name: GeneralName): string[] => (name.type === 'uri' ? [name.value] : []);

function policyInformation(list: DerReader): CertificatePolicy {
  const policy = list.enter();
  const dotted = policy.oid();
  const qualifiers = policy.enterOptional(tags.sequence);
  const cps = qualifiers
    ? each(qualifiers, (entries) => {
        const qualifier = entries.enter();
        return qualifier.oid() === cpsQualifierOid ? [qualifier.string()] : [];
      }).flat()
    : [];
  return cps.length > 0 ? { oid: dotted, cps } : { oid: dotted };
}

function nameConstraints(reader: DerReader): NameConstraints {
  const subtrees = (number: number): GeneralName[] => {
    const list = reader.enterOptional(contextConstructed(number));
    return list ? each(list, (entries) => parseGeneralName(entries.enter())) : [];
  };
  return { permitted: subtrees(0), excluded: subtrees(1) };
}
