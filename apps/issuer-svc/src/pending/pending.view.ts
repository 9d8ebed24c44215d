import type { AuthoritySummary, NestedCertificate, PendingCertificateRecord } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import { encodePem } from '@sifaka/pki';
import { rotationPolicyRef } from '../certificate/certificate.view.js';
import type { SettledBy } from './pending-certificate.js';

/** What is shown of a pending certificate; selected by `shownColumns` of the reader. */
export interface PendingRow {
  id: number;
  name: string;
  owner: string;
  description: string | null;
  notify: boolean;
  rotation: boolean;
  policy_id: number | null;
  policy_days: number | null;
  policy_name: string | null;
  policy_hours: number | null;
  policy_fraction: number | null;
  authority_id: number;
  cn: string | null;
  names: string[];
  csr: Buffer;
  key_id: string | null;
  dns_provider_id: number | null;
  destination_ids: number[];
  notification_ids: number[];
  replaces: number[];
  user_id: number | null;
  role_ids: number[];
  external_id: string | null;
  settled_by: SettledBy;
  /** Rows that are still an intent are not shown. */
  state: PendingCertificateRecord['state'];
  status: string | null;
  attempts: number;
  last_error: string | null;
  next_try_at: Date | null;
  until: Date;
  resolved_certificate_id: number | null;
  date_created: Date;
  updated_at: Date;
}

/** Row → contract. */
export function pendingRecord(row: PendingRow, authority: AuthoritySummary, replaces: NestedCertificate[]): PendingCertificateRecord {
  return {
    id: row.id,
    name: row.name,
    owner: row.owner,
    description: row.description,
    notify: row.notify,
    active: row.notify,
    rotation: row.rotation,
    rotationPolicy: rotationPolicyRef(row),
    cn: row.cn,
    commonName: row.cn ?? '',
    // Lemur stores every other PEM text without the newline at its end.
    csr: `${encodePem('CERTIFICATE REQUEST', row.csr)}\n`,
    chain: null,
    externalId: row.external_id,
    status: row.status,
    state: row.state,
    settledBy: row.settled_by,
    numberAttempts: row.attempts,
    lastError: row.last_error,
    nextTryAt: row.next_try_at === null ? null : timestamp(row.next_try_at),
    until: timestamp(row.until),
    // Lemur's word for "over", whichever way it ended.
    resolved: row.state === 'resolved' || row.state === 'failed',
    resolvedCertId: row.resolved_certificate_id,
    deleted: row.state === 'cancelled',
    hasPrivateKey: row.key_id !== null,
    names: row.names,
    dateCreated: timestamp(row.date_created),
    lastUpdated: timestamp(row.updated_at),
    authority,
    dnsProviderId: row.dns_provider_id,
    destinationIds: row.destination_ids,
    notificationIds: row.notification_ids,
    replaces,
    userId: row.user_id,
    roleIds: row.role_ids,
  };
}
