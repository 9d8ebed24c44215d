import type { TaskSettings } from '@sifaka/config';
import type { ServiceName } from '@sifaka/contracts';
import type { Database } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import type { Log } from '../bus/log.js';
import type { Outbox } from '../event/outbox.js';

export interface JobsOptions {
  service: ServiceName;
  database: Database;
  /** The worker has connections of its own: requests never wait for jobs, nor jobs for requests. */
  databaseUrl: string;
  clock: Clock;
  log: Log;
  /** Where tasks tell how they went. */
  outbox: Outbox;
  /** What the installation wants of tasks; all as in the catalogue by default. */
  tasks?: TaskSettings;
  /** Jobs that one replica runs at a time; 4 by default. */
  concurrency?: number;
}
