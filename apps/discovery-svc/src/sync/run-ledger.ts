import { Injectable } from '@nestjs/common';
import type { Sql } from '@sifaka/database';
import { Outbox, type NewEvent } from '@sifaka/messaging';
import { LeaseRepository } from './lease.repository.js';
import { RunRepository, type NewFinding } from './run-repository.js';
import type { RunState } from './run-state.js';

/** What a transaction of a run comes to. */
export interface LedgerEntry {
  findings?: readonly NewFinding[];
  sightingIds?: readonly number[];
  endpointIds?: readonly number[];
  events?: readonly NewEvent[];
  cursor?: string | null;
}

/** Writes how far a run is, in the transaction of what it changed: either both are there or neither. */
@Injectable()
export class RunLedger {
  constructor(
    private readonly leases: LeaseRepository,
    private readonly runs: RunRepository,
    private readonly outbox: Outbox,
  ) {}

  /** @throws AppError `conflict`, reason `sync.lease_lost`, which takes everything back */
  async write(tx: Sql, state: RunState, { findings = [], sightingIds = [], endpointIds = [], events = [], cursor = null }: LedgerEntry): Promise<void> {
    const { run } = state;
    await this.leases.mark(tx, run, state);
    await this.runs.addFindings(tx, run.id, findings, state.findingCount);
    await this.runs.addSeen(tx, run.id, sightingIds, endpointIds);
    if (cursor !== null) await this.leases.checkpoint(tx, run, cursor);
    await this.outbox.append(tx, events);
  }
}
