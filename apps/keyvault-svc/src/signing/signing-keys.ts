import type { KeyObject } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { KeyPurpose } from '@sifaka/contracts';
import { fromPkcs8Der } from '@sifaka/pki';
import { CONFIG } from '@sifaka/runtime';
import { LRUCache } from 'lru-cache';
import { Envelope } from '../envelope/envelope.js';
import { KeyRepository, type StoredKey } from '../key/key.repository.js';
import type { KeyvaultConfig } from '../keyvault.config.js';

export interface SigningKey {
  readonly id: string;
  readonly owner: string;
  readonly purpose: KeyPurpose;
  readonly keyType: string | null;
  readonly key: KeyObject;
}

/** Private keys ready to sign. Those of authorities and accounts, which sign again and again, stay decrypted for some minutes. */
@Injectable()
export class SigningKeys implements OnApplicationShutdown {
  private readonly kept: LRUCache<string, SigningKey>;

  constructor(
    private readonly keys: KeyRepository,
    private readonly envelope: Envelope,
    @Inject(CONFIG) config: Pick<KeyvaultConfig, 'signingKeyLifeMs'>,
  ) {
    this.kept = new LRUCache({ max: keptKeys, ttl: config.signingKeyLifeMs });
  }

  /**
   * Keys of `owner` by id, with at most one query.
   *
   * @throws AppError `not_found` for an id that the owner has no key of
   */
  async get(ids: ReadonlySet<string>, owner: string): Promise<Map<string, SigningKey>> {
    const found = new Map<string, SigningKey>();
    const missing: string[] = [];
    for (const id of ids) {
      const key = this.kept.get(id);
      if (key === undefined) missing.push(id);
      else found.set(id, key);
    }
    if (missing.length > 0) for (const row of await this.keys.find(missing)) found.set(row.id, this.open(row, owner));
    for (const id of ids) if (found.get(id)?.owner !== owner) throw unknownKey(id);
    return found;
  }

  forget(ids: readonly string[]): void {
    for (const id of ids) this.kept.delete(id);
  }

  onApplicationShutdown(): void {
    this.kept.clear();
  }

  private open(row: StoredKey, asker: string): SigningKey {
    const { id, owner, purpose, keyType } = row;
    // Not even decrypted for a service that it is none of the business of.
    if (owner !== asker) throw unknownKey(id);
    const pkcs8 = this.envelope.open(row, { table: 'key', id, owner, purpose });
    const opened = { id, owner, purpose, keyType, key: fromPkcs8Der(pkcs8) };
    pkcs8.fill(0);
    if (purpose !== 'certificate') this.kept.set(id, opened);
    return opened;
  }
}

/** A key takes about 4 kB; an installation has tens of authorities. */
const keptKeys = 500;

const unknownKey = (id: string): AppError => new AppError('not_found', `there is no key ${id}`, { reason: 'key.not_found' });
