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

/** SHA-256 over the fingerprints: as short as one, however long the chain. */
function digestOf(certificates: readonly Uint8Array[]): Buffer {
  const digest = createHash('sha256');
  for (const der of certificates) digest.update(createHash('sha256').update(der).digest());
  return digest.digest();
}

const cachedChains = 10_000;
