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

  /** Returns how many were looked at. What cannot be planned now (acme-svc is away) is looked at again in the next run. */
  async run(now: Date, signal: AbortSignal): Promise<number> {
    const seen = new Set<number>();
    while (!signal.aborted) {
      const stale = await this.renewals.stale(this.filter.settingsHash, batch);
      const ids = stale.filter((id) => !seen.has(id));
      if (ids.length === 0) break;
      for (const id of ids) seen.add(id);
      await this.plan(ids, now);
    }
    return seen.size;
  }

  async plan(ids: readonly number[], now: Date): Promise<void> {
    // Rows before facts: what changes in between makes the row stale again.
    const stored = await this.reader.renewals(ids);
    const facts = await this.reader.facts(ids);
    const { isAway, isNew } = await this.suggestions.ask(facts.filter(({ rotation }) => rotation));
    const known = isNew ? await this.reader.facts(ids) : facts;
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
