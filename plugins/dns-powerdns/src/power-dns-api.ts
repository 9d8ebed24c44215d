import { setTimeout as delay } from 'node:timers/promises';
import { dnsName, HttpApi, type ApiAnswer, type ApiRequest, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { JointChanges } from './joint-changes.js';
import type { PowerDnsOptions } from './options.js';
import { inTurn } from './turns.js';

export interface Zone {
  /** As the API's paths name it. */
  id: string;
  name: string;
}

export interface TxtRecord {
  /** As zone files write it. */
  content: string;
  disabled: boolean;
}

export interface TxtRecordSet {
  records: TxtRecord[];
  ttlSeconds: number | null;
}

interface RecordSetChange {
  name: string;
  type: 'TXT';
  changetype: 'DELETE' | 'REPLACE';
  ttl?: number;
  records?: readonly TxtRecord[];
}

const ZoneRow = z.object({ id: z.string(), name: z.string(), kind: z.string() });
const ZoneAnswer = z.object({
  rrsets: z.array(z.object({ name: z.string(), type: z.string(), ttl: z.int(), records: z.array(z.object({ content: z.string(), disabled: z.boolean().default(false) })) })),
});
const Fault = z.object({ error: z.string(), errors: z.array(z.string()).optional() });

/** Copies of zones whose primary is elsewhere; a change there is refused or overwritten. */
const copies = new Set(['slave', 'secondary', 'consumer']);

/** Together at most some two seconds. */
const maxAttempts = 7;
const retryMs = 60;

/** The part of the HTTP API (https://doc.powerdns.com/authoritative/http-api/) that challenges need. */
export class PowerDnsApi {
  private readonly api: HttpApi;
  private readonly serverPath: string;
  private readonly address: string;
  private readonly changes = new Map<string, JointChanges<RecordSetChange>>();

  constructor({ url, api_key: key, api_key_name: header, server_id: serverId, ca_bundle: caPem, verify_tls: isVerified }: PowerDnsOptions, context: PluginContext) {
    this.serverPath = `/api/v1/servers/${serverId}`;
    this.address = url.replace(/\/+$/, '').replace(/\/api\/v1$/, '');
    this.api = new HttpApi({
      name: 'PowerDNS',
      url: this.address,
      headers: { [header]: key },
      secrets: [key],
      explain,
      context,
      fetch: (input, init) => (caPem === undefined && isVerified ? context.fetch : context.outbound.fetchWith({ ...(caPem !== undefined && { caPem }), isVerified }))(input, init),
    });
  }

  /** Zones that may be changed here. */
  async zones(): Promise<Zone[]> {
    const rows = await this.api.read(z.array(ZoneRow), `${this.serverPath}/zones`, { query: { dnssec: 'false' } });
    return rows.filter(({ kind }) => !copies.has(kind.toLowerCase())).map(({ id, name }) => ({ id, name: dnsName(name) }));
  }

  async recordSet({ id }: Zone, name: string): Promise<TxtRecordSet> {
    // Versions that do not know the filter yet answer with the whole zone.
    const path = this.zonePath(id);
    const answer = await this.sendUntilFree(path, { query: { rrset_name: `${name}.`, rrset_type: 'TXT' } });
    const { rrsets } = this.api.parse(ZoneAnswer, answer, path);
    const found = rrsets.find((set) => set.type === 'TXT' && dnsName(set.name) === name);
    return found === undefined ? { records: [], ttlSeconds: null } : { records: found.records, ttlSeconds: found.ttl };
  }

  /** Without records the set goes. What is to be replaced in one zone at once goes in one request: writers lock each other out of most databases. */
  replace({ id }: Zone, name: string, records: readonly TxtRecord[], ttlSeconds: number): Promise<void> {
    const change = records.length === 0 ? { changetype: 'DELETE' as const } : { changetype: 'REPLACE' as const, ttl: ttlSeconds, records };
    return this.changesOf(id).make({ name: `${name}.`, type: 'TXT', ...change });
  }

  private changesOf(zoneId: string): JointChanges<RecordSetChange> {
    const known = this.changes.get(zoneId);
    if (known !== undefined) return known;
    const made = new JointChanges<RecordSetChange>(
      (work) => inTurn(this.address, work),
      async (rrsets) => {
        await this.sendUntilFree(this.zonePath(zoneId), { method: 'PATCH', json: { rrsets } });
      },
    );
    this.changes.set(zoneId, made);
    return made;
  }

  /**
   * PowerDNS answers 500 when a request and a change elsewhere lock each other out of its database, whatever names they are about; the same
   * request is good a moment later.
   */
  private async sendUntilFree(path: string, request: ApiRequest): Promise<ApiAnswer> {
    for (let attempt = 1; attempt < maxAttempts; attempt++) {
      const answer = await this.api.send(path, { ...request, accepts: [500] });
      if (answer.status !== 500) return answer;
      await delay(attempt * retryMs * (0.5 + Math.random()));
    }
    return this.api.send(path, request);
  }

  private readonly zonePath = (id: string): string => `${this.serverPath}/zones/${encodeURIComponent(id)}`;
}

function explain(body: unknown): string | undefined {
  const fault = Fault.safeParse(body);
  return fault.success ? [fault.data.error, ...(fault.data.errors ?? [])].join(': ') : undefined;
}
