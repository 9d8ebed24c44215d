import { Inject, Injectable } from '@nestjs/common';
import { timestamp, type Clock } from '@sifaka/kernel';
import { renewalWindowChanged, type listRenewalWindows, type OutputOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { newEvent, Outbox } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import type { RenewalWindow } from '../protocol/acme-connection.js';
import type { NewWindow } from './renewal-window.js';

/** A certificate whose turn it is to be asked about. */
export interface DueWindow extends NewWindow {
  readonly failures: number;
}

type Shown = OutputOf<typeof listRenewalWindows>['windows'];

/** SQL of renewal windows. */
@Injectable()
export class RenewalWindowRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Those that a CA ever gave a window for. */
  async of(fingerprints: readonly string[]): Promise<Shown> {
    const text = `
      select fingerprint_sha256, window_start, window_end, explanation_url, checked_at from acme_renewal_window
      where fingerprint_sha256 = any($1::text[]) and window_start is not null`;
    const rows = await this.database.query<WindowRow>(text, [fingerprints]);
    return rows.map((row) => ({
      fingerprintSha256: row.fingerprint_sha256,
      windowStart: timestamp(row.window_start),
      windowEnd: timestamp(row.window_end),
      explanationUrl: row.explanation_url,
      checkedAt: timestamp(row.checked_at),
    }));
  }

  /** The next ones to ask about, the longest overdue first. */
  due(limit: number): Promise<DueWindow[]> {
    const text = `
      select fingerprint_sha256 as "fingerprintSha256", pending_certificate_id as "pendingCertificateId", authority,
        certificate_id as "certificateId", not_after as "notAfter", failures
      from acme_renewal_window where check_at <= $1 and not_after > $1 order by check_at limit $2`;
    return this.database.query<DueWindow>(text, [this.clock.now(), limit]);
  }

  /** Keeps what the CA said, and tells of it when it is something new. */
  async keep({ fingerprintSha256, pendingCertificateId }: NewWindow, { windowStart, windowEnd, explanationUrl }: RenewalWindow, checkAt: Date): Promise<void> {
    const now = this.clock.now();
    await this.database.transaction(async (tx) => {
      const text = `
        with before as (select * from acme_renewal_window where fingerprint_sha256 = $1 for update)
        update acme_renewal_window w set window_start = $2, window_end = $3, explanation_url = $4, checked_at = $5, check_at = $6, failures = 0
        from before where w.fingerprint_sha256 = before.fingerprint_sha256
        returning before.window_start is distinct from $2 or before.window_end is distinct from $3
          or before.explanation_url is distinct from $4 as "isChanged"`;
      const [row] = await tx.query<{ isChanged: boolean }>(text, [fingerprintSha256, windowStart, windowEnd, explanationUrl, now, checkAt]);
      if (row?.isChanged !== true) return;
      const data = { pendingCertificateId, fingerprintSha256, windowStart: windowStart.toISOString(), windowEnd: windowEnd.toISOString(), explanationUrl };
      await this.outbox.append(tx, [newEvent(renewalWindowChanged, data, { at: now, subject: fingerprintSha256 })]);
    });
  }

  async postpone({ fingerprintSha256 }: NewWindow, checkAt: Date, failures: number): Promise<void> {
    await this.database.query('update acme_renewal_window set check_at = $2, failures = $3 where fingerprint_sha256 = $1', [fingerprintSha256, checkAt, failures]);
  }

  /** What has expired needs no renewal. Returns how many went, a thousand at most. */
  async forget(before: Date): Promise<number> {
    const text = `
      delete from acme_renewal_window where fingerprint_sha256 in (select fingerprint_sha256 from acme_renewal_window where not_after < $1 limit 1000)
      returning 1`;
    return (await this.database.query(text, [before])).length;
  }
}

interface WindowRow {
  fingerprint_sha256: string;
  window_start: Date;
  window_end: Date;
  explanation_url: string | null;
  checked_at: Date;
}
