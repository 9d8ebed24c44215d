import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { certificateFailed, orderAbandoned, type Principal } from '@sifaka/contracts';
import { auditEntry, newEvent, Outbox } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { pendingFacts } from './pending-certificate.js';
import { PendingRepository } from './pending.repository.js';
import { newWatch, toldDetails, type Untold } from './watch.js';

export interface Failure {
  error: string;
  /** Default: as many as are on record. */
  attempts?: number;
  /** The applicant heard of it in the answer: no event says it again. Who sends the same request again gets this record, and orders nothing. */
  isTold?: boolean;
  /** Whether the authority could be told to stop: it is watched where not. Absent: there was nothing to tell. */
  untold?: Untold;
  /** Who carries out the order knows already. */
  isOrderOver?: boolean;
}

/** Gives a pending certificate up, once. */
@Injectable()
export class FailPending {
  constructor(
    private readonly pending: PendingRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** False when it had ended already. */
  run(id: number, { error, attempts, untold, isTold = false, isOrderOver = false }: Failure): Promise<boolean> {
    const at = this.clock.now();
    const words = error.slice(0, errorChars);
    return this.pending.transaction(async (tx) => {
      const row = await this.pending.lock(tx, id);
      if (row === null || (row.state !== 'waiting' && row.state !== 'asking')) return false;
      const tried = attempts ?? row.attempts;
      await this.pending.fail(tx, id, { error: words, attempts: tried, watch: typeof untold === 'string' ? newWatch(at) : null }, at);
      const options = { subject: String(id), at };
      const object = { type: 'pending_certificate', id, name: row.name };
      const details = { error: words, attempts: tried, owner: row.owner, ...(untold !== undefined && toldDetails(untold)) };
      const entry = auditEntry(self, { at, service: 'issuer', action: 'certificate.failed', object, details });
      const told = isTold ? [] : [newEvent(certificateFailed, { ...pendingFacts(row), error: words, attempts: tried, notify: row.notify, renewalOf: row.renewal?.id ?? null }, options)];
      const abandoned = row.settledBy === 'order' && !isOrderOver ? [newEvent(orderAbandoned, { pendingCertificateId: id }, options)] : [];
      await this.outbox.record(tx, [entry], [...told, ...abandoned]);
      return true;
    });
  }
}

const self: Principal = { kind: 'system', service: 'issuer' };

/** Some authorities answer with whole pages. */
export const errorChars = 2_000;
