import { Injectable } from '@nestjs/common';
import type { AuthoritySummary, CertificateRecord, NestedCertificate, ShortCertificate } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import type { z } from 'zod';
import {
  certificateRecord,
  nestedCertificate,
  shortCertificate,
  type CertificateRow,
  type DomainRow,
  type NestedRow,
} from '../certificate/certificate.view.js';
import { AuthorityReader } from './authority-reader.js';

const nestedColumns = `c.id, c.name, c.owner, c.description, c.status, c.bits, c.format, c.der, ch.certificates as chain, c.csr, c.rotation, c.notify,
  p.id as policy_id, p.days as policy_days, p.name as policy_name, p.hours as policy_hours, p.lifetime_fraction as policy_fraction, c.cn, c.not_before, c.not_after`;

const wholeColumns = `${nestedColumns}, c.external_id, c.issuer, c.deleted, c.key_id, c.key_type, c.signing_algorithm, c.san, c.distinguished_name,
  c.serial, c.serial_hex, c.date_created, c.country, c.state, c.location, c.organization, c.organizational_unit, c.user_id, c.role_ids, c.authority_id,
  c.dns_provider_id, c.revoked_at, c.revocation_reason`;

const joins = 'left join chain ch on ch.id = c.chain_id left join rotation_policy p on p.id = c.rotation_policy_id';

const byIdsSql = `select ${wholeColumns} from certificate c ${joins} where c.id = any($1::int[])`;
const nestedSql = `select ${nestedColumns} from certificate c ${joins} where c.id = any($1::int[])`;
const domainsSql = 'select id, name, sensitive, certificate_id from domain where certificate_id = any($1::int[]) order by certificate_id, position, id';
const linksSql = `
  select certificate_id, replaced_id from certificate_replacement where certificate_id = any($1::int[])
  union
  select certificate_id, replaced_id from certificate_replacement where replaced_id = any($1::int[])
  order by 1, 2`;

interface Link {
  certificate_id: number;
  replaced_id: number;
}

/** Reads certificates whole: a handful of statements for any number of them. */
@Injectable()
export class CertificateReader {
  constructor(
    private readonly database: Database,
    private readonly authorities: AuthorityReader,
  ) {}

  /** Records in the order of the ids; ids without a row are left out. */
  async records(ids: readonly number[]): Promise<CertificateRecord[]> {
    if (ids.length === 0) return [];
    const [rows, domains, links] = await Promise.all([this.rows(ids), this.domains(ids), this.links(ids)]);
    const [authorities, neighbours] = await Promise.all([this.authoritiesOf(rows), this.neighbours(links)]);
    return rows.map((row) =>
      certificateRecord(row, {
        authority: row.authority_id === null ? null : (authorities.get(row.authority_id) ?? null),
        domains: domains.get(row.id) ?? [],
        replaces: pick(neighbours, links.filter((link) => link.certificate_id === row.id).map((link) => link.replaced_id)),
        replacedBy: pick(neighbours, links.filter((link) => link.replaced_id === row.id).map((link) => link.certificate_id)),
      }),
    );
  }

  async shortRecords(ids: readonly number[]): Promise<z.output<typeof ShortCertificate>[]> {
    if (ids.length === 0) return [];
    const rows = await this.rows(ids);
    const authorities = await this.authoritiesOf(rows);
    return rows.map((row) => shortCertificate(row, row.authority_id === null ? null : (authorities.get(row.authority_id) ?? null)));
  }

  async nested(ids: readonly number[]): Promise<Map<number, NestedCertificate>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.query<NestedRow>({ name: 'certificate-nested', text: nestedSql, values: [ids] });
    return new Map(rows.map((row) => [row.id, nestedCertificate(row)]));
  }

  private async rows(ids: readonly number[]): Promise<CertificateRow[]> {
    const rows = await this.database.query<CertificateRow>({ name: 'certificate-by-ids', text: byIdsSql, values: [ids] });
    return pick(new Map(rows.map((row) => [row.id, row])), ids);
  }

  private async domains(ids: readonly number[]): Promise<Map<number, DomainRow[]>> {
    const rows = await this.database.query<DomainRow & { certificate_id: number }>({ name: 'domain-by-certificates', text: domainsSql, values: [ids] });
    return groupBy(rows, (row) => row.certificate_id);
  }

  private links(ids: readonly number[]): Promise<Link[]> {
    return this.database.query<Link>({ name: 'replacement-by-certificates', text: linksSql, values: [ids] });
  }

  private async neighbours(links: readonly Link[]): Promise<Map<number, NestedRow>> {
    if (links.length === 0) return new Map();
    const ids = [...new Set(links.flatMap((link) => [link.certificate_id, link.replaced_id]))];
    const rows = await this.database.query<NestedRow>({ name: 'certificate-nested', text: nestedSql, values: [ids] });
    return new Map(rows.map((row) => [row.id, row]));
  }

  private authoritiesOf(rows: readonly CertificateRow[]): Promise<Map<number, AuthoritySummary>> {
    return this.authorities.summaries([...new Set(rows.flatMap((row) => (row.authority_id === null ? [] : [row.authority_id])))]);
  }
}

function pick<T>(from: ReadonlyMap<number, T>, ids: readonly number[]): T[] {
  return ids.flatMap((id) => {
    const found = from.get(id);
    return found === undefined ? [] : [found];
  });
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
