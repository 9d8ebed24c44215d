import { Injectable } from '@nestjs/common';
import type { RenewalRecord } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import type { RenewalVerdict } from '@sifaka/policy';
import { RenewalFilter } from './renewal-filter.js';
import type { RenewalFacts, StoredRenewal } from './renewal-facts.js';
import { RenewalReader } from './renewal-reader.js';
import { renewalRecord, verdictOf, type PausedAuthority } from './renewal.view.js';

/** Says of certificates what will become of them. */
@Injectable()
export class RenewalStandings {
  constructor(
    private readonly database: Database,
    private readonly reader: RenewalReader,
    private readonly filter: RenewalFilter,
  ) {}

  /** In the order of the facts. */
  async of(certificates: readonly RenewalFacts[], now: Date): Promise<RenewalRecord[]> {
    if (certificates.length === 0) return [];
    const [stored, leftOut, paused] = await Promise.all([
      this.reader.renewals(certificates.map(({ id }) => id)),
      this.filter.leftOut(certificates),
      this.paused(now),
    ]);
    return certificates.map((facts) => {
      const row = stored.get(facts.id) ?? null;
      return renewalRecord({ facts, stored: row, isFiltered: leftOut.has(facts.id), paused: paused.get(row?.authorityId ?? 0) ?? null }, now);
    });
  }

  /** @throws AppError `not_found` */
  async verdictOf(id: number): Promise<{ facts: RenewalFacts; stored: StoredRenewal | null; verdict: RenewalVerdict }> {
    const [facts, stored] = await Promise.all([this.reader.fact(id), this.reader.renewal(id)]);
    const leftOut = await this.filter.leftOut([facts]);
    return { facts, stored, verdict: verdictOf(facts, leftOut.has(id)) };
  }

  private async paused(now: Date): Promise<Map<number, PausedAuthority>> {
    const rows = await this.database.query<PausedAuthority & { id: number }>({ name: 'renewal-paused', text: pausedSql, values: [now] });
    return new Map(rows.map(({ id, ...paused }) => [id, paused]));
  }
}

const pausedSql = `
  select p.authority_id as id, a.name, coalesce(p.failing_since, p.paused_until) as "failingSince", p.paused_until as "pausedUntil",
    coalesce(p.last_error, 'no reason given') as "lastError"
  from renewal_pace p join authority a on a.id = p.authority_id where p.paused_until > $1`;
