import type { DeploymentRecord } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import type { Deployment } from './deployment.js';

export function deploymentView(row: Deployment): DeploymentRecord {
  return {
    id: row.id,
    certificateId: row.certificate_id,
    destinationId: row.destination_id,
    destinationLabel: row.destination_label,
    plugin: row.plugin,
    state: row.state,
    wanted: row.wanted,
    fingerprint: row.fingerprint,
    externalId: row.external_id,
    attempts: row.attempts,
    lastError: row.last_error,
    // Due since then is due now: what waits for its turn, or is at it, has no time to name.
    nextTryAt: row.state === 'failed' && row.next_try_at !== null ? timestamp(row.next_try_at) : null,
    isRolledBack: row.is_rolled_back,
    proofs: row.proofs,
    note: row.note,
    requestedAt: timestamp(row.requested_at),
    deployedAt: row.deployed_at === null ? null : timestamp(row.deployed_at),
    removedAt: row.removed_at === null ? null : timestamp(row.removed_at),
    updatedAt: timestamp(row.updated_at),
  };
}
