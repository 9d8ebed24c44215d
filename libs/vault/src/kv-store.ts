import { AppError, isAppError } from '@sifaka/kernel';
import { z } from 'zod';
import type { VaultSession } from './vault-session.js';

const Data = z.record(z.string(), z.unknown());
export type KvData = z.output<typeof Data>;

const Version1 = z.object({ data: Data });
/** The data of a deleted version is null. */
const Version2 = z.object({ data: z.object({ data: Data.nullable(), metadata: z.object({ version: z.int() }) }) });
const Capabilities = z.object({ data: z.record(z.string(), z.unknown()) });

interface Content {
  data: KvData;
  /** For check-and-set; null where the engine has no versions. */
  version: number | null;
}

/** Somebody else may write to the same secret: who came second reads again. */
const attempts = 5;

/** Secrets of a KV engine, version 1 or 2, read and changed whole. */
export class KvStore {
  private readonly tails = new Map<string, Promise<unknown>>();

  constructor(
    private readonly session: VaultSession,
    private readonly engine: { mount: string; version: 1 | 2 },
  ) {}

  /** Null when there is none. @throws AppError when that cannot be told: an unreadable secret is not an empty one */
  async read(path: string): Promise<KvData | null> {
    return (await this.content(path))?.data ?? null;
  }

  /**
   * Writes what `change` makes of the present content; the same object means that there is nothing to write, null that the secret goes.
   *
   * With version 2 no change of anybody else is lost (check-and-set); version 1 can only keep those of this instance apart.
   */
  update(path: string, change: (data: KvData) => KvData | null): Promise<void> {
    const turn = (this.tails.get(path) ?? Promise.resolve()).then(() => this.updateNow(path, change));
    const settled = turn.catch(() => undefined);
    this.tails.set(path, settled);
    void settled.then(() => {
      if (this.tails.get(path) === settled) this.tails.delete(path);
    });
    return turn;
  }

  /** @throws AppError `permission_denied` that names what the token's policies lack on the secret's path */
  async checkRights(path: string, needed: readonly string[]): Promise<void> {
    const address = this.address(path);
    const answer = await this.session.send('/v1/sys/capabilities-self', { method: 'POST', json: { paths: [address] }, accepts: [403, 404] });
    const rights = Capabilities.safeParse(answer.body).data?.data[address];
    // Who may not even ask what it may (Vault's default policy was taken from it) may still read.
    if (rights === undefined) {
      await this.content(path);
      return;
    }
    const held = z.array(z.string()).safeParse(rights).data ?? [];
    const lacking = held.includes('root') ? [] : needed.filter((capability) => !held.includes(capability));
    if (lacking.length === 0) return;
    const message = `the token's policies lack ${lacking.map((each) => `"${each}"`).join(', ')} on ${address}: it has ${held.join(', ') || 'nothing'} there`;
    throw new AppError('permission_denied', message, { reason: 'vault.policy' });
  }

  private async updateNow(path: string, change: (data: KvData) => KvData | null): Promise<void> {
    for (let left = attempts; ; left -= 1) {
      const before = (await this.content(path)) ?? { data: {}, version: this.engine.version === 2 ? 0 : null };
      const after = change(before.data);
      if (after === before.data) return;
      try {
        await this.write(path, after, before.version);
        return;
      } catch (error) {
        if (left <= 1 || !isOvertaken(error)) throw error;
      }
    }
  }

  private async content(path: string): Promise<Content | null> {
    const answer = await this.session.send(`/v1/${this.address(path)}`, { accepts: [404] });
    const where = `/v1/${this.address(path)}`;
    if (this.engine.version === 1) return answer.status === 404 ? null : { data: parse(Version1, answer.body, where).data, version: null };
    // A deleted version is a 404 that says which one it was: the next one is written upon it.
    const known = Version2.safeParse(answer.body).data;
    if (known !== undefined) return { data: known.data.data ?? {}, version: known.data.metadata.version };
    if (answer.status === 404) return null;
    return { data: parse(Version2, answer.body, where).data.data ?? {}, version: 0 };
  }

  private async write(path: string, data: KvData | null, version: number | null): Promise<void> {
    const address = `/v1/${this.address(path)}`;
    if (data === null) await this.delete(address, version);
    else await this.session.send(address, { method: 'POST', json: version === null ? data : { data, options: { cas: version } } });
  }

  /** Least rights do without "delete": an empty secret is as good where the engine takes one. */
  private async delete(address: string, version: number | null): Promise<void> {
    const answer = await this.session.send(address, { method: 'DELETE', accepts: [403, 404] });
    if (answer.status !== 403) return;
    if (version === null) throw new AppError('permission_denied', `the token's policies lack "delete" on ${address.replace('/v1/', '')}`, { reason: 'vault.policy' });
    await this.session.send(address, { method: 'POST', json: { data: {}, options: { cas: version } } });
  }

  private address(path: string): string {
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    return this.engine.version === 2 ? `${this.engine.mount}/data/${encoded}` : `${this.engine.mount}/${encoded}`;
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown, path: string): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new AppError('upstream_failed', `Vault answered ${path} in a form that is not that of this KV version: is vaultKvApiVersion right?`, { reason: 'vault.kv_version' });
}

/** Version 2 answers 400 to a write upon an older version. */
const isOvertaken = (error: unknown): boolean => isAppError(error) && error.code === 'failed_precondition' && error.message.includes('check-and-set');
