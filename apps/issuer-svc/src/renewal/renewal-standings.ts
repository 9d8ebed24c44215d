import { Injectable } from '@nestjs/common';
import type { RenewalRecord } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import type { RenewalVerdict } from '@sifaka/policy';
import { AuthorityTranslation } from './authority-translation.js';
import { RenewalFilter } from './renewal-filter.js';
import type { RenewalFacts, StoredRenewal } from './renewal-facts.js';
import { RenewalReader } from './renewal-reader.js';
import { renewalRecord, verdictOf, type InactiveAuthority, type PausedAuthority } from './renewal.view.js';

/** Says of certificates what will become of them. */
@Injectable()
export class RenewalStandings {
  constructor(
    private readonly database: Database,
    private readonly reader: RenewalReader,
    private readonly filter: RenewalFilter,
    private readonly translation: AuthorityTranslation,
  ) {}

  /** In the order of the facts. */
  async of(certificates: readonly RenewalFacts[], now: Date): Promise<RenewalRecord[]> {
    if (certificates.length === 0) return [];
    const [stored, leftOut, paused, inactive] = await Promise.all([
      this.reader.renewals(certificates.map(({ id }) => id)),
      this.filter.leftOut(certificates),
      this.paused(now),
      this.inactive(),
    ]);
    return certificates.map((facts) => {
      const row = stored.get(facts.id) ?? null;
      return renewalRecord({ facts, stored: row, isFiltered: leftOut.has(facts.id), paused: paused.get(row?.authorityId ?? 0) ?? null, inactive: inactive.get(facts.authority?.id ?? 0) ?? null }, now);
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

  /** By the authority whose certificates it renews: itself, unless the configuration has another one do so. */
  private async inactive(): Promise<Map<number, InactiveAuthority>> {
    const rows = await this.database.query<{ id: number; name: string; active: boolean }>({ name: 'renewal-authorities', text: authoritiesSql, values: [] });
    if (rows.every(({ active }) => active)) return new Map();
    const [translated, known] = [await this.translation.ids(), new Map(rows.map((row) => [row.id, row]))];
    return new Map(rows.flatMap(({ id }) => [known.get(translated.get(id) ?? id)].flatMap((by) => (by === undefined || by.active ? [] : [[id, by] as const]))));
  }
}

const authoritiesSql = 'select id, name, active from authority';

const pausedSql = `
  select p.authority_id as id, a.name, coalesce(p.failing_since, p.paused_until) as "failingSince", p.paused_until as "pausedUntil",
    coalesce(p.last_error, 'no reason given') as "lastError"
  from renewal_pace p join authority a on a.id = p.authority_id where p.paused_until > $1`;
