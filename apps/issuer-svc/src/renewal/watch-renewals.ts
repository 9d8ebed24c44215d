import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { RenewalReader } from './renewal-reader.js';
import { RenewalRepository, type EndedPending } from './renewal.repository.js';
import { SettleRenewals } from './settle-renewals.js';

/** Looks after renewals that hang: whose authority answers later, and that are late. */
@Injectable()
export class WatchRenewals {
  constructor(
    private readonly renewals: RenewalRepository,
    private readonly reader: RenewalReader,
    private readonly settling: SettleRenewals,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Pending certificates that came to nothing are tried again. */
  async endedPendings(): Promise<void> {
    for (const ended of await this.renewals.endedPendings(batch)) {
      const facts = await this.reader.fact(ended.certificateId);
      const attempts = (await this.reader.renewal(ended.certificateId))?.attempts ?? 0;
      if (facts.renewedBy !== null) await this.settling.renewed(facts.id, facts.renewedBy);
      else await this.settling.failed(ended, facts, { error: wordsOf(ended), retryAfterMs: undefined, attempts });
    }
  }

  async late(signal: AbortSignal): Promise<void> {
    for (;;) {
      const late = await this.renewals.late(this.clock.now(), batch);
      if (late.length === 0 || signal.aborted) return;
      const facts = new Map((await this.reader.facts(late.map(({ id }) => id))).map((certificate) => [certificate.id, certificate]));
      for (const { id, isLastCall } of late) {
        const certificate = facts.get(id);
        if (certificate !== undefined) await this.settling.late(certificate, isLastCall);
      }
    }
  }
}

const batch = 500;

function wordsOf({ state, lastError }: EndedPending): string {
  if (state === 'cancelled') return 'somebody cancelled the pending certificate';
  return lastError ?? 'the pending certificate came to nothing';
}
