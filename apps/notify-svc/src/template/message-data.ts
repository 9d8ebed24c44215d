import type { NotifiedCertificate } from '@sifaka/plugin-sdk';

/** An authority whose own certificate ends. */
export interface EndingAuthority {
  id: number;
  name: string;
  isSelfSigned: boolean;
  /** Certificates in the inventory that it issued. */
  issuedCount: number;
  certificate: NotifiedCertificate;
}

/** Where a certificate is still presented. */
export interface ServedAt {
  certificate: NotifiedCertificate;
  domains: readonly { name: string; ports: readonly number[] }[];
}

export interface RotatedEndpoint {
  name: string;
  dnsname: string;
  port: number;
}

/** Certificates of a digest with the same number of whole days left. */
export interface DaysGroup {
  daysLeft: number;
  certificates: readonly NotifiedCertificate[];
}

/** What is not there yet: a request that an authority did not answer with a certificate. */
export interface FailedRequest {
  id: number;
  name: string;
  commonName: string | null;
  names: readonly string[];
  url: string | null;
}

/**
 * Everything that a message may say. Each type fills what belongs to it and leaves the rest empty or null:
 * `certificates` all but `failed` and `test`; `intervalDays` expiration and authority_expiration; `groups` and `held` expiration_summary (may be empty:
 * then nothing ends soon, and the message says so); `authorities` authority_expiration; `served` expiring_deployed_certificate; `successor`
 * reissued_with_no_endpoints and rotation; `endpoints` rotation; `error`, `attempts`, `nextTryAt` reissue_failed, renewal_late, failed and
 * deployment_failed; `request` failed; `destination` deployment_failed; `revocation` revocation; `isLastCall` renewal_late.
 */
export interface MessageData {
  /** Days left and the like are counted from here. */
  createdAt: Date;
  /** Address of the web interface without trailing slash; null while the installation does not know its own. */
  publicUrl: string | null;
  /** Whom the certificates belong to; null where a message goes over many owners. */
  owner: string | null;
  /** Whom to ask: the security team. */
  contacts: readonly string[];
  certificates: readonly NotifiedCertificate[];
  intervalDays: number | null;
  /** Of a digest: how many days it looks ahead. */
  thresholdDays: number | null;
  groups: readonly DaysGroup[];
  /** Of a digest: what ends while it is on hold. */
  held: readonly NotifiedCertificate[];
  authorities: readonly EndingAuthority[];
  served: readonly ServedAt[];
  successor: NotifiedCertificate | null;
  endpoints: readonly RotatedEndpoint[];
  destination: { label: string; plugin: string } | null;
  request: FailedRequest | null;
  revocation: { reason: string | null; revokedAt: Date | null; /** Its CA said so; nobody revoked it here. */ isFound: boolean } | null;
  /** In plain words, without secrets. */
  error: string | null;
  attempts: number | null;
  nextTryAt: Date | null;
  isLastCall: boolean;
  /** Of a test: label of the notification that is tried; null for one that is not saved. */
  notificationLabel: string | null;
}

/** A message that says nothing yet. */
export function messageData(createdAt: Date, facts: Partial<Omit<MessageData, 'createdAt'>> = {}): MessageData {
  return {
    createdAt,
    publicUrl: null,
    owner: null,
    contacts: [],
    certificates: [],
    intervalDays: null,
    thresholdDays: null,
    groups: [],
    held: [],
    authorities: [],
    served: [],
    successor: null,
    endpoints: [],
    destination: null,
    request: null,
    revocation: null,
    error: null,
    attempts: null,
    nextTryAt: null,
    isLastCall: false,
    notificationLabel: null,
    ...facts,
  };
}
