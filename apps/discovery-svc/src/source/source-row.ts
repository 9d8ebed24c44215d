import type { SyncCounts, SyncState } from '@sifaka/contracts';
import type { StoredOption } from '@sifaka/plugin-host';

export interface SourceRow {
  id: number;
  label: string;
  description: string;
  active: boolean;
  schedule: string | null;
  scheduled_since: Date;
  owner: string;
  owner_role_id: number;
  plugin: string;
  options: StoredOption[];
  can_rotate: boolean;
  version: number;
  created_at: Date;
  updated_at: Date;
}

export type NewSource = Pick<SourceRow, 'label' | 'description' | 'active' | 'schedule' | 'owner' | 'owner_role_id' | 'plugin' | 'options' | 'can_rotate'>;

export interface SyncRunRow {
  id: number;
  source_id: number;
  state: SyncState;
  trigger: 'schedule' | 'request';
  counts: SyncCounts;
  error: string | null;
  resumptions: number;
  requested_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

/** A source with what its runs say of it. */
export interface SourceDetails {
  source: SourceRow;
  lastSync: SyncRunRow | null;
  lastRun: Date | null;
}

export const runColumns = 'r.id, r.source_id, r.state, r.trigger, r.counts, r.error, r.resumptions, r.requested_at, r.started_at, r.finished_at';
