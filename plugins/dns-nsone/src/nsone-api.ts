import { AppError } from '@sifaka/kernel';
import { dnsName, HttpApi, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { NsoneOptions } from './options.js';

/** One answer of a record: its text in parts, and what else NS1 keeps with it, such as filters' metadata. */
export type Answer = z.output<typeof AnswerSchema>;

export interface TxtRecord {
  answers: Answer[];
  ttlSeconds: number;
}

const AnswerSchema = z.looseObject({ answer: z.array(z.string()) });
const RecordSchema = z.object({ ttl: z.int(), answers: z.array(AnswerSchema) });
const ZoneRow = z.object({
  zone: z.string(),
  primary: z.object({ enabled: z.boolean() }).nullish(),
  secondary: z.object({ enabled: z.boolean() }).nullish(),
  link: z.string().nullish(),
});
const Fault = z.object({ message: z.string() });

/** More zones than one page holds come in pages; a bound on what one account can make us read. */
const maxPages = 200;

/** The part of API v1 (https://developer.ibm.com/apis/catalog/ns1--ibm-ns1-connect-api) that challenges need. */
export class NsoneApi {
  private readonly api: HttpApi;
  private readonly hasAllZones: boolean;

  constructor({ api_key: key, all_zones: hasAllZones, url }: NsoneOptions, context: PluginContext) {
    this.hasAllZones = hasAllZones;
    this.api = new HttpApi({ name: 'NS1', url, headers: { 'X-NSONE-Key': key }, secrets: [key], explain, retryAfterMs, context });
  }

  /** Zones whose records are made at NS1, and not copied or linked from elsewhere. */
  async zones(): Promise<{ name: string }[]> {
    const rows: z.output<typeof ZoneRow>[] = [];
    let query: Record<string, string> = {};
    for (let page = 0; page < maxPages; page++) {
      const answer = await this.api.send('/zones', { query });
      rows.push(...this.api.parse(z.array(ZoneRow), answer, '/zones'));
      const next = nextPage(answer.headers.get('link'));
      if (next === null) return rows.filter((row) => this.isOurs(row)).map(({ zone }) => ({ name: dnsName(zone) }));
      query = next;
    }
    throw new AppError('failed_precondition', `NS1 has more than ${maxPages} pages of zones: give a key for fewer zones`);
  }

  /** Null when there is none. */
  async record(zone: string, name: string): Promise<TxtRecord | null> {
    const path = pathOf(zone, name);
    const answer = await this.api.send(path, { accepts: [404] });
    if (answer.status === 404) return null;
    const { ttl, answers } = this.api.parse(RecordSchema, answer, path);
    return { answers, ttlSeconds: ttl };
  }

  /** @throws AppError `conflict` when there is one already */
  async create(zone: string, name: string, { answers, ttlSeconds }: TxtRecord): Promise<void> {
    const path = pathOf(zone, name);
    const request = { method: 'PUT', json: { zone, domain: name, type: 'TXT', ttl: ttlSeconds, answers }, accepts: [400] } as const;
    const answer = await this.api.send(path, request);
    if (answer.status < 400) return void this.api.parse(RecordSchema, answer, path);
    const refusal = this.api.refusal(path, request, answer);
    throw /already exists/i.test(refusal.message) ? new AppError('conflict', refusal.message) : refusal;
  }

  /** False when it is gone. */
  async update(zone: string, name: string, answers: readonly Answer[]): Promise<boolean> {
    return (await this.api.send(pathOf(zone, name), { method: 'POST', json: { answers }, accepts: [404] })).status !== 404;
  }

  /** Fine when it is gone. */
  async remove(zone: string, name: string): Promise<void> {
    await this.api.send(pathOf(zone, name), { method: 'DELETE', accepts: [404] });
  }

  private isOurs({ primary, secondary, link }: z.output<typeof ZoneRow>): boolean {
    if (secondary?.enabled === true || (link !== undefined && link !== null && link !== '')) return false;
    return this.hasAllZones || primary?.enabled === true;
  }
}

const pathOf = (zone: string, name: string): string => `/zones/${encodeURIComponent(zone)}/${encodeURIComponent(name)}/TXT`;

function explain(body: unknown): string | undefined {
  const fault = Fault.safeParse(body);
  return fault.success ? fault.data.message : undefined;
}

/** NS1 gives back one call each period/limit seconds. Undefined where it does not say, or says `Retry-After`. */
function retryAfterMs(headers: Headers): number | undefined {
  const [period, limit] = [Number(headers.get('x-ratelimit-period')), Number(headers.get('x-ratelimit-limit'))];
  return headers.has('retry-after') || !(period > 0 && limit > 0) ? undefined : Math.ceil((period / limit) * 1_000);
}

/** RFC 8288; only the query is taken over, so a link never leads elsewhere. */
function nextPage(header: string | null): Record<string, string> | null {
  const [, target] = /<([^>]*)>\s*;\s*rel="?next"?/i.exec(header ?? '') ?? [];
  if (target?.includes('?') !== true) return null;
  return Object.fromEntries(new URLSearchParams(target.slice(target.indexOf('?') + 1)));
}
