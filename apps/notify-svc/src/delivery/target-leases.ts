import { Inject, Injectable } from '@nestjs/common';
import { Database, Leases, type Lease } from '@sifaka/database';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';

/** Lets one worker at a time send to a target, across all replicas. */
@Injectable()
export class TargetLeases {
  private readonly leases: Leases<string>;

  constructor(database: Database, @Inject(LOGGER) logger: Logger) {
    const onFault = (error: unknown, target: string) => logger.warn({ err: error, target }, 'the lease of a target could not be renewed');
    this.leases = new Leases(database, { table: 'target_lease', key: 'target', onFault });
  }

  /** @returns null when somebody else has it */
  take(target: string): Promise<Lease | null> {
    return this.leases.take(target);
  }
}
