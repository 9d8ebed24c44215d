import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { Database } from '@sifaka/database';
import { defaultPolicyName } from '@sifaka/policy';
import { CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import { factsColumns, factsJoins, renewalColumns } from './renewal-facts.sql.js';
import type { EffectivePolicy, RenewalFacts, StoredRenewal } from './renewal-facts.js';

/** A row with the columns of `factsColumns`. */
export interface FactsRow extends Omit<RenewalFacts, 'policy' | 'suggested'> {
  policy: EffectivePolicy | null;
  suggestedStart: Date | null;
  suggestedEnd: Date | null;
}

/** Reads what renewals are decided by. */
@Injectable()
export class RenewalReader {
  private readonly fallback: EffectivePolicy;

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) config: IssuerConfig,
  ) {
    this.fallback = { id: null, version: 0, name: defaultPolicyName, days: config.defaultRotationIntervalDays, hours: 0, lifetimeFraction: null };
  }

  /** In no particular order; those that do not exist are left out. */
  async facts(ids: readonly number[]): Promise<RenewalFacts[]> {
    const rows = await this.database.query<FactsRow>({ name: 'renewal-facts', text: factsSql, values: [ids] });
    return rows.map((row) => this.factsOf(row));
  }

  /** @throws AppError `not_found` */
  async fact(id: number): Promise<RenewalFacts> {
    const [facts] = await this.facts([id]);
    if (facts === undefined) throw new AppError('not_found', `there is no certificate ${id}`);
    return facts;
  }

  async renewals(ids: readonly number[]): Promise<Map<number, StoredRenewal>> {
    const rows = await this.database.query<StoredRenewal>({ name: 'renewal-rows', text: renewalsSql, values: [ids] });
    return new Map(rows.map((row) => [row.certificateId, row]));
  }

  async renewal(id: number): Promise<StoredRenewal | null> {
    return (await this.renewals([id])).get(id) ?? null;
  }

  factsOf({ policy, suggestedStart, suggestedEnd, ...facts }: FactsRow): RenewalFacts {
    const suggested = suggestedStart === null || suggestedEnd === null ? null : { start: suggestedStart, end: suggestedEnd };
    return { ...facts, policy: policy ?? this.fallback, suggested };
  }
}

const factsSql = `select ${factsColumns} from certificate c ${factsJoins} where c.id = any($1::int[])`;
const renewalsSql = `select ${renewalColumns} from certificate_renewal r where r.certificate_id = any($1::int[])`;
