import type { TaskSettings } from '@sifaka/config';
import { openDatabase, type Database } from '@sifaka/database';
import { fixedClock, type Clock } from '@sifaka/kernel';
import { Outbox } from '../event/outbox.js';
import { jobDefinitions } from '../job/job.js';
import { Jobs } from '../job/jobs.js';
import { silent } from './nats-server.js';
import { testDatabase, waitUntil } from './servers.js';

/** Replicas of a service on one database, whose clocks the test sets. */
export async function aTaskWorld(start: Date) {
  const databases = await testDatabase(['issuer']);
  const database: Database = await openDatabase({ service: 'issuer', url: databases.urlOf('issuer') });
  const clock = fixedClock(start);
  const running: Jobs[] = [];

  const begin = async (self: object, more: { tasks?: TaskSettings; clock?: Clock } = {}): Promise<Jobs> => {
    const jobs = new Jobs({ service: 'issuer', database, databaseUrl: databases.urlOf('issuer'), outbox: new Outbox('issuer'), clock, log: silent, ...more });
    running.push(jobs);
    await jobs.start(jobDefinitions(self).map((job) => ({ job, self })));
    return jobs;
  };

  return {
    clock,
    database,
    urlOf: () => databases.urlOf('issuer'),
    begin,
    /** Three of them. */
    async beginAll(self: object): Promise<Jobs> {
      const [first] = await Promise.all([begin(self), begin(self), begin(self)]);
      return first;
    },
    async endAll(limitMs?: number): Promise<void> {
      await Promise.all(running.splice(0).map((jobs) => jobs.stop(limitMs)));
    },
    /** Nothing waits any more, and nothing runs. */
    async idle(): Promise<void> {
      await waitUntil(async () => (await database.query('select from issuer_jobs.jobs where attempts < max_attempts or locked_at is not null')).length === 0);
    },
    /** Every replica has looked at the clock as it is now. */
    async seen(name: string): Promise<void> {
      const noted = async () => (await database.query<{ at: Date | null }>('select next_run_at as at from job_status where name = $1', [name]))[0]?.at;
      await waitUntil(async () => ((await noted())?.getTime() ?? 0) > clock.now().getTime() && ((await noted())?.getTime() ?? 0) - clock.now().getTime() <= 8 * 86_400_000);
    },
    /** Events of tasks that were told, as `[subject, data]`. */
    async told(): Promise<[string, Record<string, unknown>][]> {
      const rows = await database.query<{ subject: string; data: Record<string, unknown> }>("select subject, payload->'data' as data from outbox order by seq");
      return rows.map(({ subject, data }) => [subject, data]);
    },
    statusOf: async (jobs: Jobs, name: string) => (await jobs.status()).find((status) => status.name === name),
    async forget(): Promise<void> {
      await database.query('delete from issuer_jobs._private_jobs');
      await database.query('delete from issuer_jobs._private_known_crontabs');
      await database.query('delete from job_status');
      await database.query('delete from outbox');
    },
    async drop(): Promise<void> {
      await database.close();
      await databases.drop();
    },
  };
}
