import { boolean, explicit, ia5String, implicit, integer, integerContent, namedBits, octetString, oid, sequence, sequenceOf, tlvOf } from '../der/der-writer.js';
import { contextConstructed } from '../der/tag.js';
import {
  keyUsageNames,
  type AuthorityInfoAccess,
  type AuthorityKeyId,
  type BasicConstraints,
  type CertificatePolicy,
  type Extensions,
  type GeneralName,
  type KeyUsageName,
  type NameConstraints,
} from './extensions.js';
import { encodeGeneralName } from './general-name-codec.js';
import { accessOids, cpsQualifierOid, extensionOids } from './oids.js';

/** Each extension as its own DER `Extension`. `hasSubject: false` makes the SAN critical (RFC 5280 §4.2.1.6). */
export function encodeExtensionList(extensions: Extensions, { hasSubject }: { hasSubject: boolean }): Buffer[] {
  const list: Buffer[] = [];
  const { basicConstraints, keyUsage, extendedKeyUsage, subjectAltNames, subjectKeyId, authorityKeyId } = extensions;
  if (basicConstraints) list.push(encodeExtension(extensionOids.basicConstraints, true, basicConstraintsValue(basicConstraints)));
  if (keyUsage?.length) list.push(encodeExtension(extensionOids.keyUsage, true, keyUsageValue(keyUsage)));
  if (extendedKeyUsage?.length) list.push(encodeExtension(extensionOids.extendedKeyUsage, false, sequenceOf(extendedKeyUsage.map(oid))));
  if (subjectAltNames?.length) list.push(subjectAltNamesExtension(subjectAltNames, !hasSubject));
  if (subjectKeyId) list.push(encodeExtension(extensionOids.subjectKeyId, false, octetString(subjectKeyId)));
  if (authorityKeyId) list.push(encodeExtension(extensionOids.authorityKeyId, false, authorityKeyIdValue(authorityKeyId)));
  list.push(...encodePointers(extensions));
  for (const { oid: dotted, isCritical, value } of extensions.custom ?? []) list.push(encodeExtension(dotted, isCritical, value));
  return list;
}

/** DER `Extensions` (the SEQUENCE), empty list included. */
export function encodeExtensions(extensions: Extensions, options: { hasSubject: boolean }): Buffer {
  return sequenceOf(encodeExtensionList(extensions, options));
}

/** DER `Extension`; `value` is what goes into the OCTET STRING. */
export function encodeExtension(dotted: string, isCritical: boolean, value: Uint8Array): Buffer {
  return isCritical ? sequence(oid(dotted), boolean(true), octetString(value)) : sequence(oid(dotted), octetString(value));
}

export function subjectAltNamesExtension(names: readonly GeneralName[], isCritical: boolean): Buffer {
  return encodeExtension(extensionOids.subjectAltNames, isCritical, sequenceOf(names.map(encodeGeneralName)));
}

/** Where to look further: AIA, CRL distribution points; what binds below: policies, name constraints. */
function encodePointers({ authorityInfoAccess, crlDistributionPoints, certificatePolicies, nameConstraints }: Extensions): Buffer[] {
  const list: Buffer[] = [];
  if (authorityInfoAccess && authorityInfoAccess.ocsp.length + authorityInfoAccess.caIssuers.length > 0) {
    list.push(encodeExtension(extensionOids.authorityInfoAccess, false, authorityInfoAccessValue(authorityInfoAccess)));
  }
  if (crlDistributionPoints?.length) {
    list.push(encodeExtension(extensionOids.crlDistributionPoints, false, sequenceOf(crlDistributionPoints.map(distributionPoint))));
  }
  if (certificatePolicies?.length) {
    list.push(encodeExtension(extensionOids.certificatePolicies, false, sequenceOf(certificatePolicies.map(policyInformation))));
  }
  if (nameConstraints && nameConstraints.permitted.length + nameConstraints.excluded.length > 0) {
    list.push(encodeExtension(extensionOids.nameConstraints, true, nameConstraintsValue(nameConstraints)));
  }
  return list;
}

function basicConstraintsValue({ isCa, pathLength }: BasicConstraints): Buffer {
  if (!isCa) return sequence();
  return pathLength === undefined ? sequence(boolean(true)) : sequence(boolean(true), integer(pathLength));
}

const keyUsageValue = (usage: readonly KeyUsageName[]): Buffer => namedBits(keyUsageNames.map((name) => usage.includes(name)));

function authorityKeyIdValue({ keyId, issuerNameDer, serial }: AuthorityKeyId): Buffer {
  const parts: Buffer[] = [];
  if (keyId) parts.push(implicit(0, keyId));
  if (issuerNameDer && serial !== undefined) {
    parts.push(explicit(1, explicit(4, issuerNameDer)));
    parts.push(implicit(2, integerContent(serial)));
  }
  return sequenceOf(parts);
}

function authorityInfoAccessValue({ ocsp, caIssuers }: AuthorityInfoAccess): Buffer {
  const describe = (method: string) => (value: string) => sequence(oid(method), encodeGeneralName({ type: 'uri', value }));
  return sequence(...ocsp.map(describe(accessOids.ocsp)), ...caIssuers.map(describe(accessOids.caIssuers)));
}

const distributionPoint = (value: string): Buffer => sequence(explicit(0, explicit(0, encodeGeneralName({ type: 'uri', value }))));

function policyInformation({ oid: dotted, cps }: CertificatePolicy): Buffer {
  if (!cps?.length) return sequence(oid(dotted));
  return sequence(oid(dotted), sequenceOf(cps.map((address) => sequence(oid(cpsQualifierOid), ia5String(address)))));
}

function nameConstraintsValue({ permitted, excluded }: NameConstraints): Buffer {
  const subtrees = (number: number, names: readonly GeneralName[]): Buffer[] =>
    names.length === 0 ? [] : [tlvOf(contextConstructed(number), names.map((name) => sequence(encodeGeneralName(name))))];
  return sequence(...subtrees(0, permitted), ...subtrees(1, excluded));
}
