import { AppError } from '@sifaka/kernel';
import { dnsName, HttpApi, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { CloudflareOptions } from './options.js';

export interface Zone {
  id: string;
  name: string;
}

export interface TxtRecord {
  id: string;
  content: string;
}

const Errors = z.object({ errors: z.array(z.object({ code: z.int(), message: z.string() })) });
const pageOf = <Row extends z.ZodType>(row: Row) => z.object({ success: z.literal(true), result: z.array(row), result_info: z.object({ total_pages: z.int().optional() }).nullish() });
const ZonePage = pageOf(z.object({ id: z.string(), name: z.string(), type: z.string().optional() }));
const RecordPage = pageOf(z.object({ id: z.string(), name: z.string(), type: z.string(), content: z.string() }));
const Created = z.object({ success: z.literal(true), result: z.object({ id: z.string() }) });

/** "The record already exists", "An identical record already exists". */
const alreadyThere = new Set([81_057, 81_058]);

/** What the API grants at most, per page of zones; and a bound on what one account can make us read. */
const zonesPerPage = 50;
const recordsPerPage = 100;
const maxPages = 400;

/** The part of API v4 (https://developers.cloudflare.com/api/) that challenges need. */
export class CloudflareApi {
  private readonly api: HttpApi;

  constructor({ api_token: token, email = '', key = '', url }: CloudflareOptions, context: PluginContext) {
    this.api = new HttpApi({
      name: 'Cloudflare',
      url,
      headers: token === undefined ? { 'X-Auth-Email': email, 'X-Auth-Key': key } : { authorization: `Bearer ${token}` },
      secrets: [token ?? '', key],
      explain,
      context,
    });
  }

  /** Active zones that the credentials may see; those copied from another primary cannot be changed. */
  async zones(): Promise<Zone[]> {
    const rows = await this.pages(ZonePage, '/zones', { status: 'active', per_page: zonesPerPage });
    return rows.filter(({ type }) => type !== 'secondary').map(({ id, name }) => ({ id, name: dnsName(name) }));
  }

  async txtRecords(zone: Zone, name: string): Promise<TxtRecord[]> {
    const rows = await this.pages(RecordPage, `/zones/${zone.id}/dns_records`, { type: 'TXT', name, per_page: recordsPerPage });
    return rows.filter((row) => row.type === 'TXT' && dnsName(row.name) === name);
  }

  /** Fine when the same record is there already. */
  async create(zone: Zone, record: { name: string; content: string; ttl: number }): Promise<void> {
    const path = `/zones/${zone.id}/dns_records`;
    const request = { method: 'POST', json: { type: 'TXT', ...record }, accepts: [400, 409] } as const;
    const answer = await this.api.send(path, request);
    if (answer.status < 400) return void this.api.parse(Created, answer, path);
    const faults = Errors.safeParse(answer.body);
    if (!faults.success || !faults.data.errors.some(({ code }) => alreadyThere.has(code))) throw this.api.refusal(path, request, answer);
  }

  /** Fine when it is gone. */
  async remove(zone: Zone, { id }: TxtRecord): Promise<void> {
    await this.api.send(`/zones/${zone.id}/dns_records/${encodeURIComponent(id)}`, { method: 'DELETE', accepts: [404] });
  }

  private async pages<Row>(schema: z.ZodType<{ result: Row[]; result_info?: { total_pages?: number | undefined } | null | undefined }>, path: string, query: Record<string, string | number>): Promise<Row[]> {
    const rows: Row[] = [];
    for (let page = 1; page <= maxPages; page++) {
      const { result, result_info: info } = await this.api.read(schema, path, { query: { ...query, page } });
      rows.push(...result);
      if (page >= (info?.total_pages ?? 1)) return rows;
    }
    throw new AppError('failed_precondition', `Cloudflare has more than ${maxPages} pages of ${path}: give a token for fewer zones`);
  }
}

function explain(body: unknown): string | undefined {
  const faults = Errors.safeParse(body);
  return faults.success && faults.data.errors.length > 0 ? faults.data.errors.map(({ code, message }) => `${message} (${code})`).join('; ') : undefined;
}
