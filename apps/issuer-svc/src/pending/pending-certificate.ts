import type { AcmeIdentifier } from '@sifaka/contracts';
import type { AcmeOrderTerms } from '@sifaka/plugin-sdk';
import { isIP } from 'node:net';
import type { AuthorityState } from '../authority/authority-directory.js';
import type { RequestIdentity } from '../issuance/request-identity.js';
import type { NewCertificate } from '../certificate/new-certificate.js';

/** Who brings the certificate: the issuer when asked again, an ACME order, a person. */
export type SettledBy = 'poll' | 'order' | 'upload';

/** `asking`: the authority has not answered yet, and the applicant still waits for the first answer. */
export type PendingState = 'asking' | 'waiting' | 'resolved' | 'failed' | 'cancelled';

/** Everything about a requested certificate but the certificate. */
export interface Requested
  extends Omit<NewCertificate, 'facts' | 'chainId' | 'externalId' | 'authorityId' | 'rootAuthorityId' | 'csrDer' | 'pendingCertificateId'> {
  authority: AuthorityState;
  csrDer: Buffer;
  requestId: string;
  commonName: string | null;
  /** DNS and IP names: the common name first when it is a host. */
  names: string[];
  dnsProviderId: number | null;
  destinationIds: readonly number[];
  notificationIds: readonly number[];
  request: RequestIdentity | null;
  /** A certificate that ends no later is none of any use; absent: whatever has not ended is. */
  mustOutlast?: Date | null;
}

/** A stored pending certificate as it is decided upon. */
export interface StoredPending {
  id: number;
  name: string;
  customName: string | null;
  /** Of the series of renewals that it continues. */
  seriesName: string | null;
  /** The certificate that it renews; null: it is no renewal. */
  renewal: { id: number; mustOutlast: string | null; isReplaced: boolean } | null;
  owner: string;
  ownerRoleId: number;
  roleIds: number[];
  description: string | null;
  notify: boolean;
  rotation: boolean;
  rotationPolicy: { id: number; days: number } | null;
  authorityId: number;
  commonName: string | null;
  names: string[];
  csr: Buffer;
  keyId: string | null;
  dnsProviderId: number | null;
  destinationIds: number[];
  notificationIds: number[];
  replaces: number[];
  userId: number | null;
  requestId: string;
  /** The same request may come again: it is known by a key. */
  isRepeatable: boolean;
  externalId: string | null;
  settledBy: SettledBy;
  orderTerms: AcmeOrderTerms | null;
  state: PendingState;
  attempts: number;
  lastError: string | null;
  until: Date;
  /** It has ended, and the authority was not told: until then it is asked whether it issued all the same. */
  watchedUntil: Date | null;
  resolvedCertificateId: number | null;
}

/** Identifiers of an ACME order (RFC 8555 section 7.1.3, RFC 8738). */
export function identifiersOf(names: readonly string[]): AcmeIdentifier[] {
  return names.map((value) => (isIP(value) === 0 ? { type: 'dns', value } : { type: 'ip', value }));
}

/** What the events tell of it. */
export function pendingFacts(pending: Pick<StoredPending, 'id' | 'name' | 'owner' | 'commonName' | 'names' | 'authorityId' | 'roleIds'>) {
  const { id, name, owner, commonName, names, authorityId, roleIds } = pending;
  return { pendingCertificateId: id, name, owner, commonName, names, authorityId, roleIds };
}
