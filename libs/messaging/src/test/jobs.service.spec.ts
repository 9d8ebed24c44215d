import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@sifaka/kernel';
import { openDatabase, type Database } from '@sifaka/database';
import pg from 'pg';
import { Outbox } from '../event/outbox.js';
import { Job, jobDefinitions, type JobContext, type JobPayload } from '../job/job.js';
import { Jobs } from '../job/jobs.js';
import { WorkerPresence } from '../job/worker-presence.js';
import { currentCall } from '../rpc/call-context.js';
import { silent } from './nats-server.js';
import { testDatabase, waitUntil, type TestDatabase } from './servers.js';

let databases: TestDatabase;
let database: Database;
const running: Jobs[] = [];

beforeAll(async () => {
  databases = await testDatabase(['notify']);
  database = await openDatabase({ service: 'notify', url: databases.urlOf('notify') });
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((jobs) => jobs.stop()));
});

afterAll(async () => {
  await database.close();
  await databases.drop();
});

async function work(...instances: object[]): Promise<Jobs> {
  const jobs = new Jobs({ service: 'notify', database, databaseUrl: databases.urlOf('notify'), outbox: new Outbox('notify'), clock: systemClock, log: silent });
  running.push(jobs);
  await jobs.start(instances.flatMap((self) => jobDefinitions(self).map((job) => ({ job, self }))));
  return jobs;
}

async function statusOf(jobs: Jobs, name: string) {
  return (await jobs.status()).find((status) => status.name === name);
}

describe('a job', () => {
  const payloads: JobPayload[] = [];
  let principal: unknown;
  class Mail {
    @Job('mail', { timeLimitMs: 5_000 })
    async send(payload: JobPayload): Promise<void> {
      payloads.push(payload);
      principal = currentCall()?.principal;
    }
    @Job('mail-broken', { timeLimitMs: 5_000 })
    async fail(): Promise<void> {
      throw new Error('password hunter2');
    }
    @Job('mail-endless', { timeLimitMs: 50 })
    async hang(_payload: JobPayload, { signal }: JobContext): Promise<void> {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted = true;
    }
  }
  let aborted = false;

  it('runs with its payload on the account of the service, under a database role without privileges', async () => {
    const jobs = await work(new Mail());
    await jobs.add('mail', { to: 'a@example.com' });
    await waitUntil(() => payloads.length === 1);
    expect(payloads).toEqual([{ to: 'a@example.com' }]);
    expect(principal).toEqual({ kind: 'system', service: 'notify' });
    await waitUntil(async () => (await statusOf(jobs, 'mail'))?.lastSuccessAt);
    const [role] = await database.query('select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user');
    expect(role).toEqual({ rolsuper: false, rolcreatedb: false, rolcreaterole: false });
  });

  it('added in a transaction that is rolled back does not run', async () => {
    const jobs = await work(new Mail());
    const failing = database.transaction(async (tx) => {
      await jobs.add('mail', { to: 'never' }, { tx });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await jobs.add('mail', { to: 'last' });
    await waitUntil(() => payloads.some(({ to }) => to === 'last'));
    expect(payloads.some(({ to }) => to === 'never')).toBe(false);
  });

  it('that fails is seen in its status, without the words of foreign errors', async () => {
    const jobs = await work(new Mail());
    await jobs.add('mail-broken', {}, { maxAttempts: 1 });
    const status = await waitUntil(async () => {
      const found = await statusOf(jobs, 'mail-broken');
      return found?.lastError === null ? undefined : found;
    });
    expect(status.lastError).toMatch(/^internal error, trace [0-9a-f]{32}$/);
    expect(status.lastErrorAt).toBeInstanceOf(Date);
  });

  it('is aborted at its time limit and counts as failed', async () => {
    const jobs = await work(new Mail());
    await jobs.add('mail-endless', {}, { maxAttempts: 1 });
    await waitUntil(async () => (await statusOf(jobs, 'mail-endless'))?.lastError);
    expect(aborted).toBe(true);
    await expect(statusOf(jobs, 'mail-endless')).resolves.toMatchObject({ lastError: 'unavailable: mail-endless took longer than 50 ms' });
  });

  it('cannot be asked for by a name that nobody declares', async () => {
    const jobs = await work(new Mail());
    await expect(jobs.runNow('nonsense')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a job that does not hear its time limit', () => {
  let begun = 0;
  const gates: (() => void)[] = [];
  let others = 0;
  class Deaf {
    @Job('deaf', { timeLimitMs: 50 })
    async run(): Promise<void> {
      begun += 1;
      await new Promise<void>((resolve) => gates.push(resolve));
    }
    @Job('other', { timeLimitMs: 5_000 })
    async other(): Promise<void> {
      others += 1;
      await Promise.resolve();
    }
  }

  it('counts as failed, and does not run again before it has ended', async () => {
    const jobs = await work(new Deaf());
    await jobs.runNow('deaf');
    await waitUntil(async () => (await statusOf(jobs, 'deaf'))?.lastError);
    await jobs.runNow('deaf');
    await jobs.runNow('other');
    await waitUntil(() => others === 1);
    expect(begun).toBe(1);
    expect(await statusOf(jobs, 'deaf')).toMatchObject({ lastError: 'unavailable: deaf took longer than 50 ms' });
    expect(await database.query("select from notify_jobs.jobs where task_identifier = 'deaf' and locked_at is not null")).toHaveLength(1);
    gates[0]?.();
    await waitUntil(() => begun === 2);
    // Nobody opens the second gate: the end of the service does not wait for it.
    await waitUntil(async () => (await database.query("select from job_status where name = 'deaf' and last_error_at > last_started_at")).length > 0);
  });
});

describe('a job that a stop cuts off', () => {
  const signals: AbortSignal[] = [];
  let end: () => void = () => undefined;
  class Posting {
    @Job('posting', { timeLimitMs: 60_000 })
    async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
      signals.push(signal);
      await new Promise<void>((resolve) => (end = resolve));
    }
  }
  const locked = () => database.query("select from notify_jobs.jobs where task_identifier = 'posting' and locked_at is not null");
  const cutOff = async (limitMs: number, lingerMs: number) => {
    const before = signals.length;
    const jobs = await work(new Posting());
    await jobs.runNow('posting');
    await waitUntil(() => signals.length > before);
    return { stopping: jobs.stop(limitMs, lingerMs), signal: signals.at(-1) };
  };

  it('ends what it cannot take back, and keeps its place in the queue until then', async () => {
    const { stopping, signal } = await cutOff(1, 20_000);
    await waitUntil(() => signal?.aborted);
    expect(await locked()).toHaveLength(1);
    end();
    await stopping;
    expect(await locked()).toEqual([]);
  });

  it('is left behind when it takes too long for that, and runs again', async () => {
    const { stopping } = await cutOff(1, 1);
    await stopping;
    expect(await locked()).toEqual([]);
    end();
  });
});

describe('a schedule', () => {
  let runs = 0;
  class Scan {
    @Job('scan', { cron: '*/5 * * * *', timeLimitMs: 5_000 })
    async scan(): Promise<void> {
      runs += 1;
    }
    @Job('yearly', { cron: '0 0 1 1 *', timeLimitMs: 5_000 })
    async yearly(): Promise<void> {
      runs += 100;
    }
  }

  it('runs once for the ticks that were missed while all replicas were down', async () => {
    await work(new Scan());
    await Promise.all(running.splice(0).map((jobs) => jobs.stop()));
    runs = 0;
    await database.query(
      "update notify_jobs._private_known_crontabs set known_since = now() - interval '1 day', last_execution = date_trunc('minute', now()) - interval '3 hours' where identifier = 'scan'",
    );
    const [first] = await Promise.all([work(new Scan()), work(new Scan()), work(new Scan())]);
    await waitUntil(async () => (await statusOf(first, 'scan'))?.lastSuccessAt);
    await waitUntil(
      async () => (await database.query("select from notify_jobs.jobs where key = 'cron/scan' or locked_at is not null")).length === 0,
    );
    expect(runs).toBe(1);
  });

  it('shows when it comes next, and runs at once when asked', async () => {
    const jobs = await work(new Scan());
    const { nextRunAt } = (await statusOf(jobs, 'scan')) ?? {};
    expect((nextRunAt?.getTime() ?? 1) % 300_000).toBe(0);
    await expect(database.query("select next_run_at from job_status where name = 'scan'")).resolves.toEqual([{ next_run_at: nextRunAt }]);
    runs = 0;
    await jobs.runNow('yearly');
    await waitUntil(() => runs === 100);
  });
});

describe('a job with a key', () => {
  it('is replaced while it waits, and keeps its time where that is asked for', async () => {
    class Keyed {
      @Job('keyed', { timeLimitMs: 5_000 })
      async run(): Promise<void> {
        await Promise.resolve();
      }
    }
    const jobs = await work(new Keyed());
    const [soon, late] = [new Date(Date.now() + 3_600_000), new Date(Date.now() + 7_200_000)];
    for (const jobKey of ['moved', 'kept']) await jobs.add('keyed', {}, { runAt: soon, jobKey });
    await jobs.add('keyed', {}, { runAt: late, jobKey: 'moved' });
    await jobs.add('keyed', {}, { runAt: late, jobKey: 'kept', keepsTime: true });
    const waiting = await database.query(`select key, run_at from notify_jobs.jobs where key in ('kept', 'moved') order by key`);
    expect(waiting).toEqual([{ key: 'kept', run_at: soon }, { key: 'moved', run_at: late }]);
  });
});

describe('a worker that was killed', () => {
  it('loses its jobs to others after two looks, and a living one keeps them', async () => {
    class Slow {
      @Job('slow', { timeLimitMs: 5_000 })
      async run(): Promise<void> {
        await Promise.resolve();
      }
    }
    const jobs = await work(new Slow());
    const later = new Date(Date.now() + 3_600_000);
    await jobs.add('slow', {}, { runAt: later, jobKey: 'lost' });
    await jobs.add('slow', {}, { runAt: later, jobKey: 'held' });
    const lock = 'update notify_jobs._private_jobs set locked_at = now(), locked_by = $1 where key = $2';
    await database.query(lock, ['worker-dead', 'lost']);
    await database.query(lock, ['worker-alive', 'held']);

    const pool = new pg.Pool({ connectionString: databases.urlOf('notify') });
    const alive = new WorkerPresence(pool, database, 'notify');
    alive.add('worker-alive');
    await alive.sweep();
    const observer = new WorkerPresence(pool, database, 'notify');
    await expect(observer.sweep()).resolves.toEqual([]);
    await expect(observer.sweep()).resolves.toEqual(['worker-dead']);
    const locked = await database.query('select key from notify_jobs.jobs where locked_by is not null');
    expect(locked).toEqual([{ key: 'held' }]);
    alive.close();
    observer.close();
    await pool.end();
  });
});
