import type { CertificateFacts as EventFacts, Principal, RoleRef } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { certificateName, slugify, sshCertificateName, type CertificateNameInput } from '@sifaka/pki';
import type { RotationPolicyOf } from './certificate.view.js';
import type { RequestIdentity } from '../issuance/request-identity.js';
import { formatColumns, type FiledFacts } from './format.js';

/** A certificate on its way into the inventory. */
export interface NewCertificate {
  facts: FiledFacts;
  chainId: number | null;
  csrDer: Buffer | null;
  keyId: string | null;
  externalId: string | null;
  owner: string;
  ownerRoleId: number;
  roleIds: number[];
  description: string | null;
  notify: boolean;
  rotation: boolean;
  rotationPolicy: RotationPolicyOf | null;
  /** As the caller wants it to be called; null for a generated name. */
  name: string | null;
  /** What the first of its series was called; absent: the same as its name. */
  seriesName?: string | null;
  /** The certificate whose place it takes as a renewal. */
  renewalOf?: number | null;
  authorityId: number | null;
  /** The authority whose own certificate this is. */
  rootAuthorityId: number | null;
  replaces: number[];
  /** Null: the request may be sent again for another certificate. */
  request: RequestIdentity | null;
  /** Not stored after this moment: a key that waited longer may have been swept up. */
  storeBefore: Date | null;
  /** DNS provider that an ACME order of it was asked to use. */
  dnsProviderId?: number | null;
  /** Destinations that it was asked for with; deploy-svc hears of them. */
  destinationIds?: readonly number[];
  notificationIds?: readonly number[];
  /** The pending certificate that it comes from. */
  pendingCertificateId?: number | null;
  /** User whose certificate it is, where that is not the principal: a certificate that came later is the applicant's. */
  creatorId?: number | null;
  principal: Principal;
  at: Date;
}

/** Id of the user whose certificate it is. */
export function creatorOf({ creatorId, principal }: Pick<NewCertificate, 'creatorId' | 'principal'>): number | null {
  if (creatorId !== undefined) return creatorId;
  return principal.kind === 'user' ? principal.userId : null;
}

/** Whose rights decide what it may take the place of at its destinations: roles are known of who asks now, not of who asked once. */
export function requesterOf(certificate: Pick<NewCertificate, 'creatorId' | 'principal'>): { userId: number; roles: RoleRef[] } | null {
  const { principal } = certificate;
  if (principal.kind === 'user') return { userId: principal.userId, roles: principal.roles };
  const userId = creatorOf(certificate);
  return userId === null ? null : { userId, roles: [] };
}

/** DNS and IP names in the order of the certificate. */
export const domainsOf = (facts: FiledFacts): string[] => formatColumns(facts).domains;

/**
 * Name to begin with; what is taken is counted up from there (NM-1 to NM-5, NM-11).
 *
 * @throws AppError `invalid_argument`, field `name`
 */
export function baseName({ facts, name }: Pick<NewCertificate, 'facts' | 'name'>): string {
  const custom = customName(name);
  if (custom !== '') return custom;
  const { cn, notBefore, notAfter } = facts;
  const { format, domains, issuer } = formatColumns(facts);
  const input = { cn, domains, issuer, notBefore, notAfter };
  return format === 'openssh' ? sshCertificateName({ ...input, serialHex: facts.serialHex }).slice(-nameChars) : generatedName(input);
}

/**
 * The name that the caller wants, as it can be had; empty for none.
 *
 * @throws AppError `invalid_argument`, field `name`
 */
export function customName(name: string | null): string {
  const custom = slugify(name ?? '');
  if (custom.length <= nameChars) return custom;
  const message = `has ${custom.length} characters, at most ${nameChars} are accepted`;
  throw new AppError('invalid_argument', `name: ${message}`, { reason: 'certificate.name_too_long', fields: [{ path: 'name', message }] });
}

/** A host name and an issuer of full length are cut: the dates at the end are what tells such names apart. */
export function generatedName(input: CertificateNameInput): string {
  const generated = certificateName(input);
  return generated.length <= nameChars ? generated : `${generated.slice(0, nameChars - datesChars)}${generated.slice(-datesChars)}`;
}

/** One row of the insert statement; bytes in hex. */
export function certificateRow(certificate: NewCertificate, id: number, name: string) {
  const { facts } = certificate;
  const columns = formatColumns(facts);
  return {
    id,
    name,
    external_id: certificate.externalId,
    owner: certificate.owner,
    owner_role_id: certificate.ownerRoleId,
    role_ids: certificate.roleIds,
    description: certificate.description,
    notify: certificate.notify,
    rotation: certificate.rotation,
    rotation_policy_id: certificate.rotationPolicy?.id ?? null,
    format: columns.format,
    der: facts.der.toString('hex'),
    chain_id: certificate.chainId,
    csr: certificate.csrDer?.toString('hex') ?? null,
    key_id: certificate.keyId,
    issuer: columns.issuer.slice(0, issuerChars),
    cn: facts.cn,
    serial: facts.serial.toString(),
    serial_hex: facts.serialHex,
    signing_algorithm: columns.hash,
    key_type: facts.keyType,
    bits: facts.bits,
    san: columns.domains.length > 1,
    not_before: facts.notBefore,
    not_after: facts.notAfter,
    date_created: certificate.at,
    distinguished_name: columns.distinguishedName,
    country: columns.country,
    state: columns.state,
    location: columns.location,
    organization: columns.organization,
    organizational_unit: columns.organizationalUnit,
    user_id: creatorOf(certificate),
    authority_id: certificate.authorityId,
    root_authority_id: certificate.rootAuthorityId,
    fingerprint_sha256: facts.fingerprintSha256,
    request_key: certificate.request?.key ?? null,
    request_hash: certificate.request?.contentHash ?? null,
    store_before: certificate.storeBefore,
    dns_provider_id: certificate.dnsProviderId ?? null,
    pending_certificate_id: certificate.pendingCertificateId ?? null,
    custom_name: certificate.seriesName === undefined ? customName(certificate.name) || null : certificate.seriesName,
    renewal_of: certificate.renewalOf ?? null,
  };
}

/** What the events tell of it. */
export function eventFacts(certificate: NewCertificate, id: number, name: string): EventFacts {
  const { facts } = certificate;
  return {
    id,
    name,
    owner: certificate.owner,
    commonName: facts.cn,
    names: domainsOf(facts),
    authorityId: certificate.authorityId,
    serialHex: facts.serialHex,
    fingerprintSha256: facts.fingerprintSha256,
    notBefore: facts.notBefore.toISOString(),
    notAfter: facts.notAfter.toISOString(),
    replaces: certificate.replaces,
    roleIds: certificate.roleIds,
  };
}

/** Room for serial and counter below the 256 characters that a reference by name may have. */
export const nameChars = 200;
/** `-YYYYMMDD-YYYYMMDD` */
const datesChars = 18;
/** What an index entry takes easily. */
export const issuerChars = 256;
