import type { Name } from '../name/name.js';

/** A GeneralName (RFC 5280 §4.2.1.6). */
export type GeneralName =
  | { readonly type: 'dns'; readonly value: string }
  /** IPv4 or IPv6 address in text. */
  | { readonly type: 'ip'; readonly value: string }
  /** Address block `192.0.2.0/24`: eight or thirty-two bytes on the wire. */
  | { readonly type: 'network'; readonly value: string }
  | { readonly type: 'uri'; readonly value: string }
  | { readonly type: 'email'; readonly value: string }
  /** Dotted object identifier. */
  | { readonly type: 'registeredId'; readonly value: string }
  | { readonly type: 'directoryName'; readonly name: Name }
  /** `value` is the DER inside the `[0] EXPLICIT`. */
  | { readonly type: 'otherName'; readonly oid: string; readonly value: Uint8Array }
  /** x400Address, ediPartyName and what could not be read; `der` is the whole element. */
  | { readonly type: 'opaque'; readonly tag: number; readonly der: Uint8Array };

/** Bits of keyUsage in their order (RFC 5280 §4.2.1.3). */
export const keyUsageNames = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'crlSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsageName = (typeof keyUsageNames)[number];

export interface BasicConstraints {
  readonly isCa: boolean;
  /** Only with `isCa`. */
  readonly pathLength?: number;
}

export interface AuthorityKeyId {
  readonly keyId?: Uint8Array;
  /** With `serial`: the issuer's own issuer, as DER Name. */
  readonly issuerNameDer?: Uint8Array;
  readonly serial?: bigint;
}

export interface AuthorityInfoAccess {
  readonly ocsp: readonly string[];
  readonly caIssuers: readonly string[];
}

export interface CertificatePolicy {
  readonly oid: string;
  /** Addresses of certification practice statements. */
  readonly cps?: readonly string[];
}

/** Subtrees: `dns` and `email` and `uri` hosts as suffixes, `network` for addresses, `directoryName` as prefix. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/** An extension without a model of its own; `value` is the DER inside the OCTET STRING. */
export interface CustomExtension {
  readonly oid: string;
  readonly isCritical: boolean;
  readonly value: Uint8Array;
}

/** Extensions of a certificate. Order and criticality are decided by the encoder. */
export interface Extensions {
  readonly basicConstraints?: BasicConstraints;
  readonly keyUsage?: readonly KeyUsageName[];
  /** Object identifiers. */
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectAltNames?: readonly GeneralName[];
  readonly subjectKeyId?: Uint8Array;
  readonly authorityKeyId?: AuthorityKeyId;
  readonly authorityInfoAccess?: AuthorityInfoAccess;
  /** URLs, each a distribution point of its own. */
  readonly crlDistributionPoints?: readonly string[];
  readonly certificatePolicies?: readonly CertificatePolicy[];
  readonly nameConstraints?: NameConstraints;
  readonly custom?: readonly CustomExtension[];
}

/** Extensions as asked for: the two identifiers are wishes which `resolveExtensions` turns into values. */
export interface ExtensionRequest extends Omit<Extensions, 'subjectKeyId' | 'authorityKeyId'> {
  readonly subjectKeyId?: boolean;
  readonly authorityKeyId?: 'key_id' | 'issuer_and_serial';
  /** `certificateInfoAccess.includeAIA` without addresses: the issuer fills in its own; false: it must not, even where it would by itself. */
  readonly wantsAuthorityInfoAccess?: boolean;
  /** `crlDistributionPoints.includeCrlDp` without an address ("yes", "default"): the issuer fills in its own; "no": it must not. */
  readonly wantsCrlDistributionPoints?: boolean;
}

/** What the issuing certificate contributes to the extensions of those below it. */
export interface IssuerIdentity {
  readonly subjectKeyId: Uint8Array;
  /** DER Name of the issuer's own issuer. */
  readonly issuerNameDer: Uint8Array;
  readonly serial: bigint;
}
