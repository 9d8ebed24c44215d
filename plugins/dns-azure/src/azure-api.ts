import { AzureSession } from '@sifaka/azure';
import { AppError } from '@sifaka/kernel';
import { dnsName, nameInZone, type ApiAnswer, type ApiRequest, type PluginContext, type TxtSet, type TxtSetApi, type TxtSetChange } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { AzureOptions } from './options.js';

export interface Zone {
  /** Resource id: the path of the zone. */
  id: string;
  name: string;
}

/** With all that Azure keeps beside it, to write it back. */
export interface AzureTxtSet extends TxtSet {
  etag: string;
  properties: z.output<typeof SetProperties>;
}

const apiVersion = '2018-05-01';
const zonesPerPage = 100;
/** A bound on what one subscription can make us read. */
const maxPages = 200;
/** RFC 1035: one string of a record. */
const maxStringLength = 255;

const SetProperties = z.object({ TTL: z.int(), TXTRecords: z.array(z.object({ value: z.array(z.string()) })).default([]), metadata: z.record(z.string(), z.string()).nullish() });
const SetAnswer = z.object({ etag: z.string(), properties: SetProperties });
const ZonePage = z.object({
  value: z.array(z.object({ id: z.string().regex(/^\/subscriptions\/[^?#]+$/), name: z.string(), properties: z.object({ zoneType: z.string().optional() }).default({}) })),
  nextLink: z.string().nullish(),
});
const Fault = z.object({ code: z.string(), message: z.string() });
const Faults = z.union([z.object({ error: Fault }).transform(({ error }) => error), Fault]);

/** The part of the REST API of Azure DNS (https://learn.microsoft.com/rest/api/dns/) that challenges need. */
export class AzureApi implements TxtSetApi<Zone, AzureTxtSet> {
  private readonly api: AzureSession;

  constructor(
    private readonly options: AzureOptions,
    context: PluginContext,
  ) {
    const { authority_url: authorityUrl, tenant_id: tenant, client_id: clientId, client_secret: clientSecret, url } = options;
    const login = { authorityUrl, tenant, clientId, clientSecret, scope: `${new URL(url).origin}/.default` };
    this.api = new AzureSession({ name: 'Azure', url, apiVersion, login, explain, context });
  }

  /** Public zones; private ones answer no certificate authority. */
  async zones(): Promise<Zone[]> {
    const { subscription_id: subscription, resource_group: group } = this.options;
    const path = `/subscriptions/${subscription}${group === undefined ? '' : `/resourceGroups/${encodeURIComponent(group)}`}/providers/Microsoft.Network/dnszones`;
    const rows: z.output<typeof ZonePage>['value'] = [];
    let next: { path: string; query: Record<string, string> } = { path, query: { $top: String(zonesPerPage) } };
    for (let page = 0; page < maxPages; page++) {
      const { value, nextLink } = this.api.parse(ZonePage, await this.api.send(next.path, { query: next.query }), next.path);
      rows.push(...value);
      if (typeof nextLink !== 'string' || nextLink === '') return rows.filter(({ properties }) => properties.zoneType !== 'Private').map(({ id, name }) => ({ id, name: dnsName(name) }));
      next = this.nextPage(nextLink);
    }
    throw new AppError('failed_precondition', `Azure has more than ${maxPages} pages of zones: give resource_group`);
  }

  async read(zone: Zone, name: string): Promise<AzureTxtSet | null> {
    const path = pathOf(zone, name);
    const answer = await this.api.send(path, { accepts: [404] });
    // A zone that is gone is a fault, a set that is gone is none.
    if (answer.status === 404 && isSetGone(answer)) return null;
    if (answer.status === 404) throw this.api.refusal(path, {}, answer);
    const { etag, properties } = this.api.parse(SetAnswer, answer, path);
    return { etag, properties, ttlSeconds: properties.TTL, values: properties.TXTRecords.map(textOf) };
  }

  /** Azure itself refuses to write over what was not read. */
  async write(zone: Zone, name: string, { before, values, ttlSeconds }: TxtSetChange<AzureTxtSet>): Promise<void> {
    const path = pathOf(zone, name);
    const headers: Record<string, string> = before === null ? { 'if-none-match': '*' } : { 'if-match': before.etag };
    const request: ApiRequest = values.length === 0 ? { method: 'DELETE', headers } : { method: 'PUT', headers, json: { properties: propertiesOf(before, values, ttlSeconds) } };
    const answer = await this.api.send(path, { ...request, accepts: [404, 412] });
    if (answer.status === 404 && request.method === 'DELETE' && isSetGone(answer)) return;
    if (answer.status === 412) throw new AppError('conflict', this.api.refusal(path, request, answer).message);
    if (answer.status === 404) throw this.api.refusal(path, request, answer);
  }

  /** A token is never taken to another host than the one it is for. */
  private nextPage(link: string): { path: string; query: Record<string, string> } {
    const base = new URL(this.options.url);
    const target = URL.canParse(link) ? new URL(link) : null;
    if (target?.origin !== base.origin) throw new AppError('upstream_failed', `Azure named a next page of zones that is not at ${base.origin}`);
    const prefix = base.pathname.replace(/\/+$/, '');
    return { path: target.pathname.startsWith(prefix) ? target.pathname.slice(prefix.length) : target.pathname, query: Object.fromEntries(target.searchParams) };
  }
}

const pathOf = ({ id, name: zone }: Zone, name: string): string => `${id}/TXT/${encodeURIComponent(nameInZone(name, zone) || '@')}`;

const textOf = ({ value }: { value: readonly string[] }): string => value.join('');

/** Records of others stay in the strings that they were written in. */
function propertiesOf(before: AzureTxtSet | null, values: readonly string[], ttlSeconds: number) {
  const kept = (before?.properties.TXTRecords ?? []).filter((record) => values.includes(textOf(record)));
  const present = new Set(kept.map(textOf));
  const added = values.filter((value) => !present.has(value)).map((value) => ({ value: value.match(new RegExp(`.{1,${maxStringLength}}`, 'gs')) ?? [''] }));
  const metadata = before?.properties.metadata;
  return { TTL: ttlSeconds, TXTRecords: [...kept, ...added], ...(metadata !== null && metadata !== undefined && { metadata }) };
}

/** `ResourceNotFound`, `ParentResourceNotFound` and `ResourceGroupNotFound` are about what the set lies in. */
function isSetGone({ body }: ApiAnswer): boolean {
  const fault = Faults.safeParse(body);
  return fault.success && fault.data.code === 'NotFound';
}

function explain(body: unknown): string | undefined {
  const fault = Faults.safeParse(body);
  return fault.success ? `${fault.data.message} (${fault.data.code})` : undefined;
}
