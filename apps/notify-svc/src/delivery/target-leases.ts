import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { newId } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';

/** A target in the hands of one worker. */
export interface TargetLease {
  readonly holder: string;
  /** Aborts when somebody else may have it by now. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/** What a crash keeps others waiting; several times what a busy database takes to answer. */
const leaseMs = 20_000;
const renewMs = leaseMs / 4;

/** Lets one worker at a time send to a target, across all replicas: a row with an end, which its holder puts off while it lives. */
@Injectable()
export class TargetLeases {
  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @returns null when somebody else has it */
  async take(target: string): Promise<TargetLease | null> {
    const holder = newId();
    const text = `
      insert into target_lease as l (target, holder, until) values ($1, $2::uuid, now() + ${leaseMs} * interval '1 ms')
      on conflict (target) do update set holder = excluded.holder, until = excluded.until where l.until <= now()
      returning holder`;
    const [taken] = await this.database.query({ name: 'lease-take', text, values: [target, holder] });
    return taken === undefined ? null : this.held(target, holder);
  }

  private held(target: string, holder: string): TargetLease {
    const lost = new AbortController();
    let endsAt = performance.now() + leaseMs;
    const renew = async () => {
      try {
        const text = `update target_lease set until = now() + ${leaseMs} * interval '1 ms' where target = $1 and holder = $2::uuid and until > now() returning holder`;
        const askedAt = performance.now();
        const [row] = await this.database.query({ name: 'lease-renew', text, values: [target, holder] });
        if (row === undefined) lost.abort();
        else endsAt = askedAt + leaseMs;
      } catch (error) {
        this.logger.warn({ err: error, target }, 'the lease of a target could not be renewed');
        if (performance.now() >= endsAt - renewMs) lost.abort();
      }
    };
    const timer = setInterval(() => void renew(), renewMs).unref();
    return {
      holder,
      signal: lost.signal,
      release: async () => {
        clearInterval(timer);
        await this.database.query({ name: 'lease-release', text: 'delete from target_lease where target = $1 and holder = $2::uuid', values: [target, holder] });
      },
    };
  }
}
