import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { newId } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';

/** A destination in the hands of one worker. */
export interface DestinationLease {
  readonly holder: string;
  /** Aborts when somebody else may have it by now. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/** What a crash keeps others waiting; several times what a busy database takes to answer. */
export const leaseMs = 20_000;
const renewMs = leaseMs / 4;

/** Lets one worker at a time work at a destination, across all replicas: a row with an end, which its holder puts off while it lives. */
@Injectable()
export class DestinationLeases {
  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @returns how long somebody else may have it, in milliseconds, when it is taken */
  async take(destinationId: number): Promise<DestinationLease | { busyMs: number }> {
    const holder = newId();
    const text = `
      insert into destination_lease as l (destination_id, holder, until) values ($1, $2::uuid, now() + ${leaseMs} * interval '1 ms')
      on conflict (destination_id) do update set holder = excluded.holder, until = excluded.until where l.until <= now()
      returning holder`;
    const [taken] = await this.database.query({ name: 'lease-take', text, values: [destinationId, holder] });
    if (taken !== undefined) return this.held(destinationId, holder);
    const [row] = await this.database.query<{ busy: string | number }>(`select greatest(0, extract(epoch from until - now()) * 1000) as busy from destination_lease where destination_id = $1`, [destinationId]);
    return { busyMs: Number(row?.busy ?? 0) };
  }

  private held(destinationId: number, holder: string): DestinationLease {
    const lost = new AbortController();
    let endsAt = performance.now() + leaseMs;
    const renew = async () => {
      try {
        const text = `update destination_lease set until = now() + ${leaseMs} * interval '1 ms' where destination_id = $1 and holder = $2::uuid and until > now() returning holder`;
        const askedAt = performance.now();
        const [row] = await this.database.query({ name: 'lease-renew', text, values: [destinationId, holder] });
        if (row === undefined) lost.abort();
        else endsAt = askedAt + leaseMs;
      } catch (error) {
        this.logger.warn({ err: error, destinationId }, 'the lease of a destination could not be renewed');
        if (performance.now() >= endsAt - renewMs) lost.abort();
      }
    };
    const timer = setInterval(() => void renew(), renewMs).unref();
    return {
      holder,
      signal: lost.signal,
      release: async () => {
        clearInterval(timer);
        await this.database.query({ name: 'lease-release', text: 'delete from destination_lease where destination_id = $1 and holder = $2::uuid', values: [destinationId, holder] });
      },
    };
  }
}
