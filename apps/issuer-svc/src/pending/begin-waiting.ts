import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { certificatePending, orderRequested, type AuditEntry } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { auditEntry, Jobs, newEvent, Outbox, type NewEvent } from '@sifaka/messaging';
import type { PendingOutcome } from '@sifaka/plugin-sdk';
import { CLOCK } from '@sifaka/runtime';
import { pauseMs } from './backoff.js';
import { identifiersOf, pendingFacts, type Requested, type StoredPending } from './pending-certificate.js';
import { PendingRepository, type Promised } from './pending.repository.js';
import { jobKey, pollJob } from './poll-job.js';

/** Stores the promise of a certificate with all that follows from it: audit entry, events, the first question. */
@Injectable()
export class BeginWaiting {
  constructor(
    private readonly pending: PendingRepository,
    private readonly outbox: Outbox,
    private readonly jobs: Jobs,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param intentId the request as it was written down before the authority was asked; null when it was not
   * @returns its id; null when the same request is stored already, or the key of this one may be gone
   */
  run(intentId: number | null, requested: Requested, outcome: PendingOutcome): Promise<number | null> {
    const at = this.clock.now();
    const promised = promisedOf(outcome, at);
    return this.pending.transaction(async (tx) => {
      const id = intentId ?? (await this.pending.insert(requested, promised, tx))?.id ?? null;
      if (id === null) return null;
      const row = await this.pending.lock(tx, id);
      // An intent, or one that was given up before its authority answered. Any other has been through here, or has ended otherwise.
      if (row === null || (intentId !== null && row.state !== 'asking' && row.state !== 'failed')) return id;
      if (intentId !== null) await this.pending.wait(tx, id, promised, at);
      const stored = { ...row, orderTerms: promised.orderTerms, until: promised.until };
      const { principal, authority } = requested;
      const details = { owner: row.owner, authorityId: row.authorityId, settledBy: promised.settledBy, until: promised.until.toISOString(), replaces: row.replaces };
      const entry = auditEntry(principal, { at, service: 'issuer', action: 'certificate.pending', object: { type: 'pending_certificate', id, name: row.name }, details });
      const options = { subject: String(id), at };
      const told = newEvent(certificatePending, { ...pendingFacts(row), until: promised.until.toISOString() }, options);
      await this.outbox.record(tx, [entry], [told, ...(await this.orderEvents(tx, stored, authority.name, at))]);
      if (promised.nextTryAt !== null) await this.jobs.add(pollJob, { id }, { tx, runAt: promised.nextTryAt, jobKey: jobKey(id) });
      return id;
    });
  }

  /** The next question now. A second request for the same order means "try now" to acme-svc, which makes one order for each. */
  async askNow(tx: Sql, pending: StoredPending, authorityName: string, entry: AuditEntry): Promise<void> {
    const at = this.clock.now();
    await this.outbox.record(tx, [entry], await this.orderEvents(tx, pending, authorityName, at));
    if (pending.settledBy !== 'poll') return;
    await this.pending.due(tx, pending.id, at);
    await this.jobs.add(pollJob, { id: pending.id }, { tx, jobKey: jobKey(pending.id) });
  }

  /** What acme-svc never answered is told once more: it makes one order for each, and an event can be given up on its way. */
  async orderAgain(id: number, authorityName: string): Promise<void> {
    const at = this.clock.now();
    await this.pending.transaction(async (tx) => {
      const row = await this.pending.lock(tx, id);
      if (row?.state !== 'waiting' || row.settledBy !== 'order') return;
      await this.pending.touch(tx, id, at);
      await this.outbox.append(tx, await this.orderEvents(tx, row, authorityName, at));
    });
  }

  private async orderEvents(tx: Sql, pending: StoredPending, authorityName: string, at: Date): Promise<NewEvent[]> {
    const { id, orderTerms, names, csr, dnsProviderId, replaces, authorityId, until } = pending;
    if (orderTerms === null) return [];
    const replaced = await this.pending.replacedDer(tx, replaces, authorityId);
    const data = {
      pendingCertificateId: id,
      authority: authorityName,
      csrDer: csr.toString('base64'),
      identifiers: identifiersOf(names),
      ...orderTerms,
      dnsProviderId,
      replacesDer: replaced?.toString('base64') ?? null,
      until: until.toISOString(),
    };
    return [newEvent(orderRequested, data, { subject: String(id), at })];
  }
}

function promisedOf(outcome: PendingOutcome, at: Date): Promised {
  const { settledBy, externalId, until } = outcome;
  const retryAfterMs = settledBy === 'poll' ? outcome.retryAfterMs : undefined;
  const nextTryAt = settledBy === 'poll' ? new Date(at.getTime() + pauseMs({ attempts: 0, retryAfterMs, random: Math.random() })) : null;
  return { state: 'waiting', settledBy, externalId, orderTerms: settledBy === 'order' ? outcome.order : null, nextTryAt, askingUntil: null, until };
}
