import { Injectable } from '@nestjs/common';
import { deprecatedCiphers, type EndpointRecord } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { sha256Hex } from '../sync/found-certificate.js';

export interface OfferedPolicy {
  name: string;
  ciphers: readonly string[];
}

/** Cipher policies: made when they are met, never changed. One whose ciphers are others than yesterday is another one of the same name. */
@Injectable()
export class PolicyRepository {
  constructor(private readonly database: Database) {}

  /** @returns ids in the order asked */
  async ids(tx: Sql, policies: readonly (OfferedPolicy | null)[]): Promise<(number | null)[]> {
    const wanted = new Map(policies.flatMap((policy) => (policy === null ? [] : [[digestOf(policy), policy] as const])));
    if (wanted.size === 0) return policies.map(() => null);
    const known = await this.known(tx, [...wanted.keys()]);
    const missing = [...wanted].filter(([digest]) => !known.has(digest));
    for (const [digest, policy] of missing) known.set(digest, await this.add(tx, digest, policy));
    return policies.map((policy) => (policy === null ? null : (known.get(digestOf(policy)) ?? null)));
  }

  async byIds(ids: readonly number[]): Promise<Map<number, NonNullable<EndpointRecord['policy']>>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.query<{ id: number; name: string; ciphers: { id: number; name: string }[] }>(
      `select p.id, p.name, coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name) order by c.name)
          from cipher_policy_cipher pc join cipher c on c.id = pc.cipher_id where pc.policy_id = p.id), '[]') as ciphers
       from cipher_policy p where p.id = any($1::int[])`,
      [ids],
    );
    return new Map(rows.map(({ id, name, ciphers }) => [id, { id, name, ciphers: ciphers.map((cipher) => ({ ...cipher, deprecated: deprecatedCiphers.includes(cipher.name) })) }]));
  }

  /** Forgets policies that no endpoint has. */
  async prune(): Promise<void> {
    await this.database.query('delete from cipher_policy p where not exists (select from endpoint e where e.policy_id = p.id)');
  }

  private async known(tx: Sql, digests: readonly string[]): Promise<Map<string, number>> {
    const rows = await tx.query<{ id: number; digest: string }>({ name: 'policies-known', text: 'select id, digest from cipher_policy where digest = any($1::text[])', values: [digests] });
    return new Map(rows.map(({ id, digest }) => [digest, id]));
  }

  private async add(tx: Sql, digest: string, { name, ciphers }: OfferedPolicy): Promise<number> {
    const names = [...new Set(ciphers)].sort();
    await tx.query('insert into cipher (name) select * from unnest($1::text[]) order by 1 on conflict do nothing', [names]);
    const [made] = await tx.query<{ id: number }>('insert into cipher_policy (name, digest) values ($1, $2) on conflict (digest) do update set name = excluded.name returning id', [name, digest]);
    const id = made?.id ?? 0;
    await tx.query('insert into cipher_policy_cipher (policy_id, cipher_id) select $1, id from cipher where name = any($2::text[]) on conflict do nothing', [id, names]);
    return id;
  }
}

const digestOf = ({ name, ciphers }: OfferedPolicy): string => sha256Hex(JSON.stringify([name, [...new Set(ciphers)].sort()]));
