import type { CrlPlaceRecord } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import type { CrlPlace } from './crl-place.js';

export function crlPlaceView(row: CrlPlace): CrlPlaceRecord {
  return {
    id: row.id,
    authorityId: row.authority_id,
    destination: { id: row.destination_id, label: row.destination_label, plugin: row.plugin },
    state: row.last_error !== null ? 'failed' : row.next_try_at === null && row.number !== null ? 'published' : 'pending',
    number: row.number,
    publishedAt: row.published_at === null ? null : timestamp(row.published_at),
    attempts: row.attempts,
    lastError: row.last_error,
    nextTryAt: row.last_error === null || row.next_try_at === null ? null : timestamp(row.next_try_at),
  };
}
