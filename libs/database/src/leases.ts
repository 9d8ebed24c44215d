import { newId } from '@sifaka/kernel';
import type { Sql } from './sql.js';

/** A key in the hands of one worker. */
export interface Lease {
  readonly holder: string;
  /** Aborts when somebody else may have it by now. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

export interface LeaseSettings<K> {
  /** With the key as its primary key, and the columns `holder uuid` and `until timestamptz`. */
  table: string;
  /** Column of the key. */
  key: string;
  /** A lease could not be put off; the next try may come through in time. */
  onFault: (error: unknown, key: K) => void;
  /** What a crash keeps others waiting, in milliseconds; 20 s by default. */
  leaseMs?: number;
}

/** Several times what a busy database takes to answer. */
const usualMs = 20_000;

/**
 * Lets one worker at a time have a key, across all replicas: a row with an end, which its holder puts off while it lives.
 *
 * Whoever writes on the strength of a lease asks in the same statement whether its row still names the holder: a worker that was believed
 * dead, and is not, changes nothing.
 */
export class Leases<K extends number | string> {
  private readonly leaseMs: number;
  /** Four tries before it ends. */
  private readonly renewMs: number;

  constructor(
    private readonly sql: Sql,
    private readonly of: LeaseSettings<K>,
  ) {
    this.leaseMs = of.leaseMs ?? usualMs;
    this.renewMs = this.leaseMs / 4;
  }

  /** @returns null when somebody else has it */
  async take(key: K): Promise<Lease | null> {
    const { table, key: column } = this.of;
    const holder = newId();
    const text = `
      insert into ${table} as l (${column}, holder, until) values ($1, $2::uuid, now() + $3::float8 * interval '1 ms')
      on conflict (${column}) do update set holder = excluded.holder, until = excluded.until where l.until <= now()
      returning holder`;
    const [taken] = await this.sql.query({ name: `${table}-take`, text, values: [key, holder, this.leaseMs] });
    return taken === undefined ? null : this.held(key, holder);
  }

  /** How long somebody may have it, in milliseconds; 0 when nobody has. */
  async busyMs(key: K): Promise<number> {
    const { table, key: column } = this.of;
    const text = `select greatest(0, extract(epoch from until - now()) * 1000) as busy from ${table} where ${column} = $1`;
    const [row] = await this.sql.query<{ busy: string | number }>({ name: `${table}-busy`, text, values: [key] });
    return Number(row?.busy ?? 0);
  }

  private held(key: K, holder: string): Lease {
    const lost = new AbortController();
    let endsAt = performance.now() + this.leaseMs;
    const renew = async () => {
      try {
        const askedAt = performance.now();
        if (await this.putOff(key, holder)) endsAt = askedAt + this.leaseMs;
        else lost.abort();
      } catch (error) {
        this.of.onFault(error, key);
        if (performance.now() >= endsAt - this.renewMs) lost.abort();
      }
    };
    const timer = setInterval(() => void renew(), this.renewMs).unref();
    return {
      holder,
      signal: lost.signal,
      release: async () => {
        clearInterval(timer);
        await this.giveBack(key, holder);
      },
    };
  }

  /** @returns false when somebody else may have it by now */
  private async putOff(key: K, holder: string): Promise<boolean> {
    const { table, key: column } = this.of;
    const text = `update ${table} set until = now() + $3::float8 * interval '1 ms' where ${column} = $1 and holder = $2::uuid and until > now() returning holder`;
    return (await this.sql.query({ name: `${table}-renew`, text, values: [key, holder, this.leaseMs] })).length > 0;
  }

  private async giveBack(key: K, holder: string): Promise<void> {
    const { table, key: column } = this.of;
    await this.sql.query({ name: `${table}-release`, text: `delete from ${table} where ${column} = $1 and holder = $2::uuid`, values: [key, holder] });
  }
}
