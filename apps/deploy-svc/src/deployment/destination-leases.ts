import { Inject, Injectable } from '@nestjs/common';
import { Database, Leases, type Lease } from '@sifaka/database';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';

/** Lets one worker at a time work at a destination, across all replicas. */
@Injectable()
export class DestinationLeases {
  private readonly leases: Leases<number>;

  constructor(database: Database, @Inject(LOGGER) logger: Logger) {
    const onFault = (error: unknown, destinationId: number) => logger.warn({ err: error, destinationId }, 'the lease of a destination could not be renewed');
    this.leases = new Leases(database, { table: 'destination_lease', key: 'destination_id', onFault });
  }

  /** @returns how long somebody else may have it, in milliseconds, when it is taken */
  async take(destinationId: number): Promise<Lease | { busyMs: number }> {
    return (await this.leases.take(destinationId)) ?? { busyMs: await this.leases.busyMs(destinationId) };
  }
}
