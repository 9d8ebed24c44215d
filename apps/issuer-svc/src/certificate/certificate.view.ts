import type { AuthoritySummary, CertificateRecord, CertificateRevocation, NestedCertificate, ShortCertificate } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import { encodePem, isCrlReason } from '@sifaka/pki';
import type { CertificateFormat } from '@sifaka/plugin-sdk';
import type { z } from 'zod';
import { extensionsView } from './extensions.view.js';
import { bodyText, chainText } from './format.js';

/** The rotation policy of a certificate, as far as it was read. */
export interface RotationPolicyOf {
  id: number;
  days: number;
  name?: string;
  hours?: number;
  lifetimeFraction?: number | null;
}

/** What a nested certificate is made from; selected by `nestedColumns` of the reader. */
export interface NestedRow {
  id: number;
  name: string;
  owner: string;
  description: string | null;
  status: NestedCertificate['status'];
  bits: number;
  format: CertificateFormat;
  der: Buffer;
  chain: Buffer[] | null;
  csr: Buffer | null;
  rotation: boolean;
  notify: boolean;
  policy_id: number | null;
  policy_days: number | null;
  policy_name: string | null;
  policy_hours: number | null;
  policy_fraction: number | null;
  cn: string | null;
  not_before: Date;
  not_after: Date;
}

/** The whole row of a certificate, with its chain and rotation policy. */
export interface CertificateRow extends NestedRow {
  external_id: string | null;
  issuer: string;
  deleted: boolean;
  key_id: string | null;
  key_type: string | null;
  signing_algorithm: string | null;
  san: boolean;
  distinguished_name: string;
  serial: string;
  serial_hex: string;
  date_created: Date;
  country: string | null;
  state: string | null;
  location: string | null;
  organization: string | null;
  organizational_unit: string | null;
  user_id: number | null;
  role_ids: number[];
  authority_id: number | null;
  dns_provider_id: number | null;
  revoked_at: Date | null;
  revocation_reason: string | null;
}

export interface DomainRow {
  id: number;
  name: string;
  sensitive: boolean;
}

/** What stands around a certificate and is read for many at once. */
export interface CertificateSurroundings {
  authority: AuthoritySummary | null;
  domains: DomainRow[];
  replaces: NestedRow[];
  replacedBy: NestedRow[];
}

/** Row → contract. The key and everything secret stay behind. */
export function certificateRecord(row: CertificateRow, around: CertificateSurroundings): CertificateRecord {
  const { issuer: _, ...nested } = nestedCertificate(row);
  return {
    ...nested,
    issuer: row.issuer,
    deleted: row.deleted,
    hasPrivateKey: row.key_id !== null,
    externalId: row.external_id,
    keyType: row.key_type,
    signingAlgorithm: row.signing_algorithm,
    san: row.san ? true : null,
    distinguishedName: row.distinguished_name,
    serial: row.serial,
    serialHex: row.serial_hex,
    dateCreated: timestamp(row.date_created),
    authority: around.authority,
    extensions: extensionsView(row.format, row.der),
    domains: around.domains.map(({ id, name, sensitive }) => ({ id, name, sensitive })),
    replaces: around.replaces.map(nestedCertificate),
    replacedBy: around.replacedBy.map(nestedCertificate),
    ...subjectParts(row, around.authority),
    ...(row.status === 'revoked' && { revocation: revocationOf(row) }),
    dnsProviderId: row.dns_provider_id,
    userId: row.user_id,
    roleIds: row.role_ids,
  };
}

export function nestedCertificate(row: NestedRow): NestedCertificate {
  const notBefore = timestamp(row.not_before);
  const notAfter = timestamp(row.not_after);
  return {
    id: row.id,
    name: row.name,
    owner: row.owner,
    description: row.description,
    status: row.status,
    bits: row.bits,
    body: bodyText(row.format, row.der),
    chain: chainText(row.format, row.chain),
    csr: row.csr === null ? null : encodePem('CERTIFICATE REQUEST', row.csr),
    active: row.notify,
    rotation: row.rotation,
    notify: row.notify,
    rotationPolicy: rotationPolicyRef(row),
    cn: row.cn,
    commonName: row.cn ?? '',
    notBefore,
    notAfter,
    validityStart: notBefore,
    validityEnd: notAfter,
    issuer: {},
  };
}

type PolicyColumns = Pick<NestedRow, 'policy_id' | 'policy_days' | 'policy_name' | 'policy_hours' | 'policy_fraction'>;

export function rotationPolicyRef({ policy_id: id, policy_days: days, policy_name: name, policy_hours: hours, policy_fraction: lifetimeFraction }: PolicyColumns): NestedCertificate['rotationPolicy'] {
  if (id === null || days === null) return null;
  return { id, days, ...(name !== null && { name }), ...(hours !== null && { hours }), ...(lifetimeFraction !== null && { lifetimeFraction }) };
}

/** A rotation policy as its columns. */
export const policyColumns = (policy: RotationPolicyOf | null): PolicyColumns => ({
  policy_id: policy?.id ?? null,
  policy_days: policy?.days ?? null,
  policy_name: policy?.name ?? null,
  policy_hours: policy?.hours ?? null,
  policy_fraction: policy?.lifetimeFraction ?? null,
});

export function shortCertificate(row: CertificateRow, authority: AuthoritySummary | null): z.output<typeof ShortCertificate> {
  const { id, name, owner, notify, rotation, issuer, cn } = row;
  return { id, name, owner, notify, rotation, authority, issuer, cn };
}

function revocationOf({ revocation_reason: reason, revoked_at: at }: CertificateRow): CertificateRevocation {
  return { state: reason === 'certificateHold' ? 'held' : 'revoked', reason: reason !== null && isCrlReason(reason) ? reason : null, at: at === null ? null : timestamp(at) };
}

/** Shown only where the authority says that it is not bound to public rules, or where there is none (rest-api §6.1). */
function subjectParts(row: CertificateRow, authority: AuthoritySummary | null): Partial<CertificateRecord> {
  if (authority !== null && authority.isCabCompliant !== false) return {};
  const parts = {
    country: row.country,
    state: row.state,
    location: row.location,
    organization: row.organization,
    organizationalUnit: row.organizational_unit,
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== null && value !== ''));
}
