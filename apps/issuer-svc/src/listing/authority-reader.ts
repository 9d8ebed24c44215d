import { Inject, Injectable } from '@nestjs/common';
import type { AuthorityRecord, AuthoritySummary } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { HostedPlugins } from '@sifaka/plugin-host';
import { authorityRecord, authoritySummary, type AuthorityRow, type ValidityDefaults } from '../authority/authority.view.js';
import { VALIDITY_DEFAULTS } from './validity-defaults.js';

const authoritySql = `
  select a.id, a.name, a.owner, a.role_ids, a.description, a.active, a.plugin_slug, a.options, a.cab_compliant, a.cn_optional, a.user_id, a.parent_id,
    a.certificate_id, c.name as certificate_name, c.owner as certificate_owner, c.description as certificate_description,
    c.notify as certificate_notify, c.status as certificate_status, c.bits as certificate_bits, c.cn as certificate_cn,
    c.format as certificate_format, c.der as certificate_der, ch.certificates as certificate_chain, c.not_before as certificate_not_before,
    c.not_after as certificate_not_after, c.user_id as certificate_user_id
  from authority a join certificate c on c.id = a.certificate_id left join chain ch on ch.id = c.chain_id
  where a.id = any($1::int[])`;

/** Reads authorities whole, any number in one statement. */
@Injectable()
export class AuthorityReader {
  constructor(
    private readonly database: Database,
    private readonly catalogue: HostedPlugins,
    @Inject(VALIDITY_DEFAULTS) private readonly defaults: ValidityDefaults,
  ) {}

  /** Records in the order of the ids; ids without a row are left out. */
  async records(ids: readonly number[]): Promise<AuthorityRecord[]> {
    const rows = new Map((await this.rows(ids)).map((row) => [row.id, row]));
    return ids.flatMap((id) => {
      const row = rows.get(id);
      return row === undefined ? [] : [authorityRecord(row, this.catalogue.view(row.plugin_slug), this.defaults)];
    });
  }

  async summaries(ids: readonly number[]): Promise<Map<number, AuthoritySummary>> {
    const rows = await this.rows(ids);
    return new Map(rows.map((row) => [row.id, authoritySummary(row, this.catalogue.view(row.plugin_slug), this.defaults)]));
  }

  private async rows(ids: readonly number[]): Promise<AuthorityRow[]> {
    if (ids.length === 0) return [];
    return this.database.query<AuthorityRow>({ name: 'authority-by-ids', text: authoritySql, values: [ids] });
  }
}
