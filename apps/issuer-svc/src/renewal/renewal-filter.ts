import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Database } from '@sifaka/database';
import { certificateFilter, type CertificateFilter } from '@sifaka/policy';
import { CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import type { RenewalFacts } from './renewal-facts.js';

/** Which certificates this installation leaves out of its renewals, and by which settings they are planned. */
@Injectable()
export class RenewalFilter {
  /** Certificates that were planned by other settings are planned anew. */
  readonly settingsHash: string;
  private readonly filter: CertificateFilter;

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) { reissueFilter, rotateAuthorityTranslation, defaultRotationIntervalDays }: IssuerConfig,
  ) {
    this.filter = certificateFilter(reissueFilter);
    this.settingsHash = createHash('sha256').update(JSON.stringify({ reissueFilter, rotateAuthorityTranslation, defaultRotationIntervalDays })).digest('hex').slice(0, 16);
  }

  /** Ids of those that it leaves out. */
  async leftOut(certificates: readonly RenewalFacts[]): Promise<ReadonlySet<number>> {
    const destinations = this.filter.asksForDestinations ? await this.destinationsOf(certificates.map(({ id }) => id)) : new Map<number, string[]>();
    const out = certificates.filter((certificate) => {
      const { id, owner, name, commonName, authority, issuer } = certificate;
      return !this.filter.accepts({
        owners: [owner],
        names: [name],
        commonNames: commonName === null ? [] : [commonName],
        authorities: authority === null ? [] : [authority.name],
        issuers: authority === null ? [issuer] : [issuer, authority.plugin],
        destinations: destinations.get(id) ?? [],
      });
    });
    return new Set(out.map(({ id }) => id));
  }

  /** By id and by label. */
  private async destinationsOf(ids: readonly number[]): Promise<Map<number, string[]>> {
    const rows = await this.database.query<{ id: number; destinations: string[] }>({ name: 'renewal-destinations', text: destinationsSql, values: [ids] });
    return new Map(rows.map(({ id, destinations }) => [id, destinations]));
  }
}

const destinationsSql = `
  select a.certificate_id as id, array_agg(a.object_id::text order by a.object_id) || array_agg(l.label order by a.object_id) filter (where l.label is not null) as destinations
  from certificate_attachment a left join destination_label l on l.destination_id = a.object_id
  where a.certificate_id = any($1::int[]) and a.kind = 'destination' and a.is_attached group by a.certificate_id`;
