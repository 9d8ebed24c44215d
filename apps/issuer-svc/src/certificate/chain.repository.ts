import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { LRUCache } from 'lru-cache';

/** Chains, each stored once. Rows never change. */
@Injectable()
export class ChainRepository {
  private readonly ids = new LRUCache<string, number>({ max: cachedChains });

  constructor(private readonly database: Database) {}

  /** Id of the chain, stored now if it is new; null for an empty one. */
  async idOf(certificates: readonly Uint8Array[]): Promise<number | null> {
    if (certificates.length === 0) return null;
    const digest = digestOf(certificates);
    const key = digest.toString('base64');
    const known = this.ids.get(key) ?? (await this.store(digest, certificates));
    this.ids.set(key, known);
    return known;
  }

  /** Ids of many chains, each stored now if it is new; in their order, null for an empty one. */
  async idsOf(chains: readonly (readonly Uint8Array[])[]): Promise<(number | null)[]> {
    const keys = chains.map((certificates) => (certificates.length === 0 ? null : digestOf(certificates).toString('base64')));
    const ids = new Map<string, number>();
    const missing = new Map<string, readonly Uint8Array[]>();
    for (const [index, key] of keys.entries()) {
      const known = key === null ? undefined : this.ids.get(key);
      if (key !== null && known !== undefined) ids.set(key, known);
      else if (key !== null) missing.set(key, chains[index] ?? []);
    }
    if (missing.size > 0) for (const [key, id] of await this.storeAll(missing)) ids.set(key, id);
    for (const [key, id] of ids) this.ids.set(key, id);
    return keys.map((key) => (key === null ? null : (ids.get(key) ?? null)));
  }

  /** In the order of their digests: two that store the same chains wait for each other, and do not lock each other out. */
  private async storeAll(chains: ReadonlyMap<string, readonly Uint8Array[]>): Promise<Map<string, number>> {
    const rows = [...chains].map(([key, certificates]) => ({ digest: Buffer.from(key, 'base64').toString('hex'), certificates: certificates.map((der) => Buffer.from(der).toString('hex')) }));
    await this.database.query({ name: 'chain-insert-many', text: insertManySql, values: [JSON.stringify(rows)] });
    const digests = [...chains.keys()].map((key) => Buffer.from(key, 'base64'));
    const found = await this.database.query<{ id: number; digest: Buffer }>({ name: 'chain-ids', text: 'select id, digest from chain where digest = any($1::bytea[])', values: [digests] });
    return new Map(found.map(({ id, digest }) => [digest.toString('base64'), id]));
  }

  private async store(digest: Buffer, certificates: readonly Uint8Array[]): Promise<number> {
    const ders = certificates.map((der) => Buffer.from(der));
    // The second half finds what another request stored in between: it is not in this statement's snapshot.
    const [inserted] = await this.database.query<{ id: number }>(insertSql, [digest, ders]);
    const [found] = inserted === undefined ? await this.database.query<{ id: number }>('select id from chain where digest = $1', [digest]) : [inserted];
    if (found === undefined) throw new Error('a chain was neither stored nor found');
    return found.id;
  }
}

const insertSql = 'insert into chain (digest, certificates) values ($1, $2::bytea[]) on conflict (digest) do nothing returning id';

const insertManySql = `
  insert into chain (digest, certificates)
  select decode(r.digest, 'hex'), array(select decode(der, 'hex') from unnest(r.certificates) with ordinality as c(der, place) order by place)
  from json_to_recordset($1) as r(digest text, certificates text[]) order by 1
  on conflict (digest) do nothing`;

/** SHA-256 over the fingerprints: as short as one, however long the chain. */
function digestOf(certificates: readonly Uint8Array[]): Buffer {
  const digest = createHash('sha256');
  for (const der of certificates) digest.update(createHash('sha256').update(der).digest());
  return digest.digest();
}

const cachedChains = 10_000;
