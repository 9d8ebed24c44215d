import { AppError } from '@sifaka/kernel';
import { dnsName, type ApiRequest, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { DynSession, pause, type DynAnswer } from './dyn-session.js';
import type { DynOptions } from './options.js';

export interface TxtRecord {
  id: number;
  value: string;
}

const Zones = z.array(z.string());
const Records = z.array(z.object({ record_id: z.int(), rdata: z.object({ txtdata: z.string() }) }));

/** Another login publishes the same zone; together at most some ten seconds. */
const isBlocked = /operation blocked by current|already has a job running|zone is locked/i;
const maxAttempts = 8;
const retryMs = 300;

/** The part of the REST API of Dyn Managed DNS that challenges need. Changes are seen when they are published. */
export class DynApi {
  private readonly session: DynSession;

  constructor(
    options: DynOptions,
    private readonly context: PluginContext,
  ) {
    this.session = new DynSession(options, context);
  }

  /** How many sessions there were; what was not published is lost with its session. */
  get sessions(): number {
    return this.session.count;
  }

  /** Primary zones. */
  async zones(): Promise<{ name: string }[]> {
    const paths = parsed(Zones, (await this.send('/Zone/')).data, '/Zone/');
    return paths.map((path) => ({ name: dnsName(/\/Zone\/([^/]+)\/?$/.exec(path)?.[1] ?? path) }));
  }

  async records(zone: string, name: string): Promise<TxtRecord[]> {
    const path = pathOf('TXTRecord', zone, name);
    const answer = await this.send(path, { query: { detail: 'Y' } }, ['NOT_FOUND']);
    return answer.fault === null ? parsed(Records, answer.data, path).map(({ record_id: id, rdata }) => ({ id, value: rdata.txtdata })) : [];
  }

  /** Fine when it is there already. */
  async add(zone: string, name: string, value: string, ttlSeconds: number): Promise<void> {
    await this.send(pathOf('TXTRecord', zone, name), { method: 'POST', json: { rdata: { txtdata: value }, ttl: String(ttlSeconds) } }, ['TARGET_EXISTS']);
  }

  /** Fine when it is gone. */
  async remove(zone: string, name: string, { id }: TxtRecord): Promise<void> {
    await this.send(`${pathOf('TXTRecord', zone, name)}${id}/`, { method: 'DELETE' }, ['NOT_FOUND']);
  }

  async publish(zone: string): Promise<void> {
    await this.send(pathOf('Zone', zone), { method: 'PUT', json: { publish: true } });
  }

  /** Forgets what was changed and not published. */
  async discard(zone: string): Promise<void> {
    await this.send(pathOf('ZoneChanges', zone), { method: 'DELETE' }, ['NOT_FOUND']);
  }

  close(): Promise<void> {
    return this.session.close();
  }

  /** @param fine codes of failures that are answers */
  private async send(path: string, request: ApiRequest = {}, fine: readonly string[] = []): Promise<DynAnswer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.session.call(path, request);
      if (answer.fault === null || fine.includes(answer.fault)) return answer;
      if (attempt === maxAttempts || !isBlocked.test(answer.refusal.message)) throw answer.refusal;
      await pause(retryMs * attempt * (0.5 + Math.random() / 2), this.context.signal);
    }
  }
}

const pathOf = (resource: string, ...parts: string[]): string => `/${resource}/${parts.map(encodeURIComponent).join('/')}/`;

function parsed<Schema extends z.ZodType>(schema: Schema, data: unknown, path: string): z.output<Schema> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  throw new AppError('upstream_failed', `Dyn answered ${path} in a form that is not its API's: is the address right?`);
}
