import type { SyncCounts } from '@sifaka/contracts';
import { measure } from '@sifaka/observability';
import type { RunEnd } from './lease.repository.js';

/** Lemur's numbers of a run that ended (domain-rules §22). */
export function measureRun(source: string, { state, error }: Pick<RunEnd, 'state' | 'error'>, counts: SyncCounts): void {
  const status = state === 'failed' ? 'failure' : 'success';
  measure.count('source_sync', { source, status });
  if (error !== null) {
    measure.count('source_sync_fail', { source, status });
    return;
  }
  measure.gauge('sync_certificates_count', counts.certificatesFound, { source });
  measure.gauge('sync_certificates_unlinked', counts.certificatesUnlinked, { source });
  measure.gauge('sync.updated_certs_by_hash', Math.max(0, counts.certificatesFound - counts.certificatesNew - counts.certificatesRefused), { source });
  measure.gauge('sync.updated_endpoints_by_hash', Math.max(0, counts.endpointsFound - counts.endpointsNew - counts.endpointsSkipped), { source });
}

export function measureTimeout(source: string): void {
  measure.count('sync_source_timeout', { source });
}
