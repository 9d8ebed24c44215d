import { nameText } from '../name/name-text.js';
import type { CustomExtension, Extensions, GeneralName, NameConstraints } from './extensions.js';
import { keyUsageFlags } from './key-usage-flags.js';
import { extendedKeyUsageOids } from './oids.js';

/** A name as REST objects carry it. */
export interface NamedValue {
  readonly nameType: string;
  readonly value: string;
}

/** Model → REST `extensions` object: keys only for what is there, `subAltNames.names` always. */
export function extensionsToJson(extensions: Extensions): Record<string, unknown> {
  const { basicConstraints, keyUsage, extendedKeyUsage, subjectKeyId, authorityKeyId, nameConstraints, custom } = extensions;
  return {
    subAltNames: { names: (extensions.subjectAltNames ?? []).flatMap(namedValue) },
    ...(basicConstraints && { basicConstraints: { ca: basicConstraints.isCa, path_length: basicConstraints.pathLength ?? null } }),
    ...(keyUsage && { keyUsage: Object.fromEntries(keyUsageFlags.map(([flag, name]) => [flag, keyUsage.includes(name)])) }),
    ...(extendedKeyUsage && { extendedKeyUsage: purposes(extendedKeyUsage) }),
    ...(subjectKeyId && { subjectKeyIdentifier: { includeSKI: true } }),
    ...(authorityKeyId && {
      authorityKeyIdentifier: { useKeyIdentifier: authorityKeyId.keyId !== undefined, useAuthorityCert: authorityKeyId.serial !== undefined },
    }),
    ...pointers(extensions),
    ...(nameConstraints && { nameConstraints: constraints(nameConstraints) }),
    ...(custom && custom.length > 0 && { custom: custom.map(customView) }),
  };
}

/** DNS names, then addresses and networks, in the order of the SAN: what counts as a domain of the certificate. */
export function domainsOf(names: readonly GeneralName[]): string[] {
  return names.flatMap((name) => (name.type === 'dns' || name.type === 'ip' || name.type === 'network' ? [name.value] : []));
}

function namedValue(name: GeneralName): NamedValue[] {
  switch (name.type) {
    case 'dns':
      return [{ nameType: 'DNSName', value: name.value }];
    case 'ip':
      return [{ nameType: 'IPAddress', value: name.value }];
    case 'network':
      // Lemur's clients know IPv6 blocks under the type of addresses.
      return [{ nameType: name.value.includes(':') ? 'IPAddress' : 'IPNetwork', value: name.value }];
    case 'uri':
      return [{ nameType: 'uniformResourceIdentifier', value: name.value }];
    case 'email':
      return [{ nameType: 'rfc822Name', value: name.value }];
    case 'registeredId':
      return [{ nameType: 'registeredID', value: name.value }];
    case 'directoryName':
      return [{ nameType: 'directoryName', value: nameText(name.name) }];
    case 'otherName':
    case 'opaque':
      return [];
  }
}

const purposes = (oids: readonly string[]): Record<string, true> =>
  Object.fromEntries(Object.entries(extendedKeyUsageOids).flatMap(([flag, oid]) => (oids.includes(oid) ? [[flag, true] as const] : [])));

function pointers({ authorityInfoAccess, crlDistributionPoints, certificatePolicies }: Extensions): Record<string, unknown> {
  return {
    ...(authorityInfoAccess && { certificateInfoAccess: { includeAIA: true, ...authorityInfoAccess } }),
    ...(crlDistributionPoints && { cRLDistributionPoints: { includeCRLDP: crlDistributionPoints.join(', '), urls: crlDistributionPoints } }),
    ...(certificatePolicies && { certificatePolicies: { policies: certificatePolicies } }),
  };
}

const constraints = ({ permitted, excluded }: NameConstraints): Record<string, NamedValue[]> => ({
  permitted: permitted.flatMap(constraintView),
  excluded: excluded.flatMap(constraintView),
});

const constraintView = (name: GeneralName): NamedValue[] => (name.type === 'network' ? [{ nameType: 'IPNetwork', value: name.value }] : namedValue(name));

const customView = ({ oid, isCritical, value }: CustomExtension) => ({
  oid,
  encoding: 'b64asn1',
  value: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
  isCritical,
});
