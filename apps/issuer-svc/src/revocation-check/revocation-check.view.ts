import type { RevocationCheckRecord } from '@sifaka/contracts';
import { isCrlReason } from '@sifaka/pki';
import type { RevocationVerdict } from '@sifaka/revocation-check';

/** As it is stored. */
export interface CheckRow {
  certificate_id: number;
  status: RevocationCheckRecord['status'];
  said_by: RevocationCheckRecord['saidBy'];
  revoked_at: Date | null;
  crl_reason: string | null;
  checked_at: Date;
  steps: RevocationCheckRecord['steps'];
}

export function checkRecord(row: CheckRow): RevocationCheckRecord {
  return {
    certificateId: row.certificate_id,
    status: row.status,
    saidBy: row.said_by,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    crlReason: row.crl_reason !== null && isCrlReason(row.crl_reason) ? row.crl_reason : null,
    checkedAt: row.checked_at.toISOString(),
    steps: row.steps,
  };
}

/** What a check found, as it is stored and answered. */
export function recordOf(certificateId: number, verdict: RevocationVerdict, at: Date): RevocationCheckRecord {
  return {
    certificateId,
    status: verdict.status,
    saidBy: verdict.saidBy,
    revokedAt: verdict.revokedAt?.toISOString() ?? null,
    crlReason: verdict.reason,
    checkedAt: at.toISOString(),
    steps: verdict.steps.map(({ thisUpdate, nextUpdate, url, detail, ...step }) => ({
      ...step,
      url: url.slice(0, maxChars),
      detail: detail.slice(0, maxChars),
      thisUpdate: thisUpdate?.toISOString() ?? null,
      nextUpdate: nextUpdate?.toISOString() ?? null,
    })),
  };
}

/** Addresses and names in details come from whoever made the certificate. */
const maxChars = 1_000;
