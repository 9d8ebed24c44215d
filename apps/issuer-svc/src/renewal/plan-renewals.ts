import { Injectable } from '@nestjs/common';
import { AuthorityTranslation } from './authority-translation.js';
import { RenewalFilter } from './renewal-filter.js';
import { windowOf, type RenewalFacts, type StoredRenewal } from './renewal-facts.js';
import { RenewalReader } from './renewal-reader.js';
import { verdictOf } from './renewal.view.js';
import { RenewalRepository, type PlannedRow } from './renewal.repository.js';
import { SettleRenewals } from './settle-renewals.js';
import { needsSuggestion, Suggestions } from './suggestions.js';

interface Circumstances {
  isFiltered: boolean;
  awaitsSuggestion: boolean;
  authorityId: number | null;
  settingsHash: string;
}

/** Decides when certificates are renewed, for those of which something changed. */
@Injectable()
export class PlanRenewals {
  constructor(
    private readonly renewals: RenewalRepository,
    private readonly reader: RenewalReader,
    private readonly filter: RenewalFilter,
    private readonly translation: AuthorityTranslation,
    private readonly suggestions: Suggestions,
    private readonly settling: SettleRenewals,
  ) {}

  /** What is not done after a while, and what waits for acme-svc while that is away, is left to the next run: what is planned already is renewed first. */
  async run(now: Date, signal: AbortSignal): Promise<void> {
    const stopAt = performance.now() + patienceMs;
    const mayGoOn = () => !signal.aborted && performance.now() < stopAt;
    const seen = new Set<number>();
    let isAway = false;
    while (mayGoOn()) {
      const ids = (await this.renewals.stale(this.filter.settingsHash, batch)).filter((id) => !seen.has(id));
      if (ids.length === 0) break;
      for (const id of ids) seen.add(id);
      isAway = await this.plan(ids, now, isAway);
    }
    for (let after = 0; !isAway && mayGoOn(); ) {
      const ids = await this.renewals.awaiting(after, batch);
      if (ids.length === 0) break;
      after = ids.at(-1) ?? after;
      isAway = await this.plan(ids, now, isAway);
    }
  }

  /** Returns whether acme-svc is away. @param wasAway a moment ago: it is not asked again */
  private async plan(ids: readonly number[], now: Date, wasAway: boolean): Promise<boolean> {
    // Rows before facts: what changes in between makes the row stale again.
    const asked = await this.read(ids);
    const { isAway, isNew } = wasAway ? { isAway: true, isNew: false } : await this.suggestions.ask(asked.facts.filter(({ rotation }) => rotation));
    const { stored, facts: known } = isNew ? await this.read(ids) : asked;
    const [leftOut, translated] = [await this.filter.leftOut(known), await this.translation.ids()];
    const rows = known.flatMap((certificate) => {
      const row = stored.get(certificate.id);
      if (row === undefined) return [];
      const own = certificate.authority?.id ?? null;
      return [
        planned(certificate, row, {
          isFiltered: leftOut.has(certificate.id),
          awaitsSuggestion: isAway && needsSuggestion(certificate),
          authorityId: own === null ? null : (translated.get(own) ?? own),
          settingsHash: this.filter.settingsHash,
        }),
      ];
    });
    for (const certificate of known) await this.settle(certificate, stored.get(certificate.id));
    await this.renewals.plan(rows, now);
    return isAway;
  }

  private async read(ids: readonly number[]): Promise<{ stored: Map<number, StoredRenewal>; facts: RenewalFacts[] }> {
    const stored = await this.reader.renewals(ids);
    return { stored, facts: await this.reader.facts(ids) };
  }

  /** A renewal that came later, or whose end was lost in a stop, is told of here. */
  private async settle(certificate: RenewalFacts, row: StoredRenewal | undefined): Promise<void> {
    if (certificate.renewedBy !== null && row !== undefined && row.state !== 'renewed' && row.state !== 'running') await this.settling.renewed(certificate.id, certificate.renewedBy);
  }
}

function planned(certificate: RenewalFacts, row: StoredRenewal, { isFiltered, awaitsSuggestion, authorityId, settingsHash }: Circumstances): PlannedRow {
  const verdict = verdictOf(certificate, isFiltered);
  const window = windowOf(certificate);
  const isWanted = verdict.isWanted;
  return {
    certificate_id: certificate.id,
    revision: row.revision,
    state: verdict.isWanted ? 'waiting' : verdict.isReplaced ? 'renewed' : 'off',
    reason: verdict.isWanted ? window.reason : verdict.reason,
    policy_id: certificate.policy.id,
    policy_version: certificate.policy.version,
    settings_hash: settingsHash,
    awaits_suggestion: awaitsSuggestion,
    authority_id: authorityId,
    not_after: certificate.notAfter,
    window_start: isWanted ? window.start : null,
    planned_at: isWanted ? window.plannedAt : null,
    soft_deadline: isWanted ? window.softDeadline : null,
    late_at: isWanted ? window.lateAt : null,
    last_call_at: isWanted ? window.lastCallAt : null,
    period_seconds: isWanted ? Math.max(1, (window.plannedAt.getTime() - certificate.notBefore.getTime()) / 1_000) : null,
  };
}

const batch = 500;
const patienceMs = 20_000;
