import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import pg from 'pg';
import type { TaskContext } from '../job/job.js';
import { Task } from '../job/task.js';
import { WorkerPresence } from '../job/worker-presence.js';
import { waitUntil } from './servers.js';
import { aTaskWorld } from './task-world.js';

jest.setTimeout(60_000);

const day = 86_400_000;
/** A Wednesday. */
const start = new Date('2026-03-04T12:00:00Z');
const weekly = 'remove_old_acme_certs';

interface Run {
  args: TaskArguments;
  trigger: string;
}

/** Runs as long as the test holds it. */
class Cleaner {
  readonly runs: Run[] = [];
  most = 0;
  hold: Promise<void> = Promise.resolve();
  fail: Error | undefined;
  private active = 0;

  @Task(weekly)
  async run(args: TaskArguments, { signal, trigger }: TaskContext): Promise<TaskReport> {
    this.runs.push({ args, trigger });
    this.active += 1;
    this.most = Math.max(this.most, this.active);
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([this.hold, aborted]);
    this.active -= 1;
    if (this.fail !== undefined) throw this.fail;
    return { removed: 3 };
  }
}

let world: Awaited<ReturnType<typeof aTaskWorld>>;
let cleaner: Cleaner;
beforeAll(async () => void (world = await aTaskWorld(start)));
beforeEach(() => {
  cleaner = new Cleaner();
  world.clock.set(start);
});
afterEach(async () => {
  await world.endAll();
  await world.forget();
});
afterAll(() => world.drop());

/** Lets go of what `cleaner` holds. */
function holding(): () => void {
  let release: () => void = () => undefined;
  cleaner.hold = new Promise((resolve) => (release = resolve));
  return release;
}

describe('a task with three replicas', () => {
  it('runs once at its tick, reports, and tells of it', async () => {
    const jobs = await world.beginAll(cleaner);
    world.clock.set(new Date('2026-03-09T07:30:20Z'));
    await waitUntil(async () => (await world.statusOf(jobs, weekly))?.lastReport);
    await world.idle();
    expect(cleaner.runs).toEqual([{ args: {}, trigger: 'schedule' }]);
    expect(await world.statusOf(jobs, weekly)).toMatchObject({
      cron: '30 7 * * 1',
      isRunning: false,
      lastTrigger: 'schedule',
      lastStartedAt: world.clock.now(),
      lastError: null,
      lastReport: { removed: 3 },
      nextRunAt: new Date('2026-03-16T07:30:00Z'),
    });
    expect(await world.told()).toEqual([
      ['sifaka.v1.task.succeeded', { name: weekly, service: 'issuer', startedAt: '2026-03-09T07:30:20.000Z', durationMs: expect.any(Number), report: { removed: 3 } }],
    ]);
  });

  it('makes up for a week that nobody was there by one run, and only for that', async () => {
    await world.beginAll(cleaner);
    await world.endAll();
    world.clock.advance(22 * day);
    await world.beginAll(cleaner);
    await waitUntil(() => cleaner.runs.length > 0);
    await world.idle();
    expect(cleaner.runs).toHaveLength(1);
  });

  it('never runs twice at once, whoever wants it', async () => {
    const release = holding();
    const jobs = await world.beginAll(cleaner);
    world.clock.set(new Date('2026-03-09T07:31:00Z'));
    await waitUntil(() => cleaner.runs.length === 1);
    expect(await world.statusOf(jobs, weekly)).toMatchObject({ isRunning: true });
    await Promise.all([jobs.runNow(weekly), jobs.runNow(weekly), jobs.runNow(weekly, { dryRun: true })]);
    release();
    await world.idle();
    expect(cleaner.most).toBe(1);
    const ran = cleaner.runs.map(({ args, trigger }) => `${trigger} ${args.dryRun ?? 'as usual'}`);
    // Who asked first of those that asked at once nobody knows.
    expect([ran[0], ...ran.slice(1).sort()]).toEqual(['schedule as usual', 'request as usual', 'request true']);
  });

  it('is not a success by a dry run that somebody asked for, which is on record all the same', async () => {
    const jobs = await world.beginAll(cleaner);
    await jobs.runNow(weekly, { dryRun: true });
    await waitUntil(async () => (await world.statusOf(jobs, weekly))?.lastEndedAt);
    await world.idle();
    expect(await world.statusOf(jobs, weekly)).toMatchObject({ isDryRun: true, lastTrigger: 'request', lastStartedAt: start, lastEndedAt: start, lastSuccessAt: null, lastReport: { removed: 3 } });
    world.clock.advance(60_000);
    await jobs.runNow(weekly, { dryRun: false });
    await waitUntil(async () => (await world.statusOf(jobs, weekly))?.lastSuccessAt);
    await world.idle();
    const done = world.clock.now();
    expect(await world.statusOf(jobs, weekly)).toMatchObject({ isDryRun: false, lastEndedAt: done, lastSuccessAt: done });
    world.clock.advance(60_000);
    await jobs.runNow(weekly, { dryRun: true });
    await waitUntil(async () => (await world.statusOf(jobs, weekly))?.isDryRun);
    expect(await world.statusOf(jobs, weekly)).toMatchObject({ lastEndedAt: world.clock.now(), lastSuccessAt: done });
  });

  it('is not doubled by who asks for what runs already, and its tick waits its turn', async () => {
    const release = holding();
    const jobs = await world.beginAll(cleaner);
    await jobs.runNow(weekly, { dryRun: true });
    await waitUntil(() => cleaner.runs.length === 1);
    await jobs.runNow(weekly, { dryRun: true });
    world.clock.set(new Date('2026-03-09T07:31:00Z'));
    await waitUntil(async () => (await world.database.query("select from issuer_jobs.jobs where key = 'cron/remove_old_acme_certs'")).length === 1);
    release();
    await world.idle();
    expect(cleaner.runs.map(({ trigger }) => trigger)).toEqual(['request', 'schedule']);
    expect(cleaner.most).toBe(1);
  });
});

describe('a task whose clock is set', () => {
  it('forward by months runs once, and back goes on with the ticks that come then', async () => {
    await world.beginAll(cleaner);
    world.clock.advance(100 * day);
    await waitUntil(() => cleaner.runs.length === 1);
    await world.seen(weekly);
    world.clock.set(start);
    await world.seen(weekly);
    await world.idle();
    expect(cleaner.runs).toHaveLength(1);
    world.clock.set(new Date('2026-03-09T07:31:00Z'));
    await waitUntil(() => cleaner.runs.length === 2);
    await world.idle();
    expect(cleaner.runs).toHaveLength(2);
  });

  it('otherwise than that of another replica does not make the two run it in turns', async () => {
    const looks = [0, 0];
    const clocks = [0, 365 * day].map((aheadMs, index) => ({
      now: () => {
        looks[index] = (looks[index] ?? 0) + 1;
        return new Date(world.clock.now().getTime() + aheadMs);
      },
    }));
    for (const clock of clocks) await world.begin(cleaner, { clock });
    for (let minute = 0; minute < 4; minute += 1) {
      world.clock.advance(60_000);
      const before = [...looks];
      // A look asks once, and the next is begun when it is done.
      await waitUntil(() => looks.every((count, index) => count >= (before[index] ?? 0) + 3));
    }
    await world.idle();
    expect(cleaner.runs.length).toBeLessThanOrEqual(1);
  });

  it('still has its queue go by the time that is left', async () => {
    const jobs = await world.begin(cleaner);
    await jobs.add(weekly, {}, { runAt: new Date(start.getTime() + 3_600_000), jobKey: 'later' });
    const [row] = await world.database.query<{ left: number }>("select extract(epoch from run_at - now())::int as left from issuer_jobs.jobs where key = 'later'");
    expect(Math.abs((row?.left ?? 0) - 3_600)).toBeLessThan(60);
  });
});

describe('a task that is cut off', () => {
  it('by the death of its process is taken up again, though it had one attempt', async () => {
    const jobs = await world.begin({});
    await jobs.stop();
    const idle = await world.begin(cleaner);
    await idle.stop();
    const payload = JSON.stringify({ trigger: 'request', arguments: { dryRun: true } });
    await world.database.query(
      "select from issuer_jobs.add_job('remove_old_acme_certs', $1::json, queue_name => 'cron/remove_old_acme_certs', job_key => 'request/remove_old_acme_certs {\"dryRun\":true}', max_attempts => 1)",
      [payload],
    );
    await world.database.query("update issuer_jobs._private_jobs set locked_at = now(), locked_by = 'worker-dead', attempts = 1");
    await world.database.query("update issuer_jobs._private_job_queues set locked_at = now(), locked_by = 'worker-dead'");

    const living = await world.begin(cleaner);
    await living.runNow(weekly, { dryRun: true });
    const pool = new pg.Pool({ connectionString: world.urlOf() });
    const presence = new WorkerPresence(pool, world.database, 'issuer');
    await waitUntil(async () => (await presence.sweep()).length > 0);
    presence.close();
    await pool.end();
    await waitUntil(() => cleaner.runs.length === 1);
    await world.idle();
    expect(cleaner.runs).toEqual([{ args: { dryRun: true }, trigger: 'request' }]);
  });

  it('by a stop runs again, and nobody is told that it failed', async () => {
    const release = holding();
    const jobs = await world.begin(cleaner);
    await jobs.runNow(weekly);
    await waitUntil(() => cleaner.runs.length === 1);
    await world.endAll(1);
    expect(await world.told()).toEqual([]);
    release();
    const again = await world.begin(cleaner);
    await waitUntil(async () => (await world.statusOf(again, weekly))?.lastReport);
    expect(cleaner.runs).toHaveLength(2);
    expect(await world.told()).toMatchObject([['sifaka.v1.task.succeeded', {}]]);
  });

  it('at the time limit that is configured has failed, and tells of it', async () => {
    holding();
    const jobs = await world.begin(cleaner, { tasks: { [weekly]: { timeLimitSeconds: 1 } } });
    await jobs.runNow(weekly);
    await waitUntil(async () => (await world.statusOf(jobs, weekly))?.lastError);
    expect(await world.statusOf(jobs, weekly)).toMatchObject({ timeLimitMs: 1_000, lastError: 'unavailable: remove_old_acme_certs took longer than 1000 ms', lastSuccessAt: null, lastReport: null });
    expect(await world.told()).toMatchObject([['sifaka.v1.task.failed', { name: weekly, error: 'unavailable: remove_old_acme_certs took longer than 1000 ms' }]]);
    await world.idle();
    expect(cleaner.runs).toHaveLength(1);
  });
});

describe('a task that fails', () => {
  it('keeps the report of the run before', async () => {
    const jobs = await world.begin(cleaner);
    await jobs.runNow(weekly);
    await waitUntil(async () => (await world.statusOf(jobs, weekly))?.lastReport);
    cleaner.fail = new AppError('upstream_failed', 'the CA is away');
    await jobs.runNow(weekly);
    await waitUntil(async () => (await world.statusOf(jobs, weekly))?.lastError);
    expect(await world.statusOf(jobs, weekly)).toMatchObject({ lastError: 'upstream_failed: the CA is away', lastReport: { removed: 3 } });
    expect((await world.told()).map(([subject]) => subject)).toEqual(['sifaka.v1.task.succeeded', 'sifaka.v1.task.failed']);
  });
});

describe('the configuration of a task', () => {
  it('switches its schedule off, and on again without making up for anything', async () => {
    await world.begin(cleaner);
    await world.endAll();
    const off = await world.begin(cleaner, { tasks: { [weekly]: { enabled: false } } });
    expect(await world.statusOf(off, weekly)).toMatchObject({ isEnabled: false, cron: null, nextRunAt: null });
    world.clock.advance(10 * day);
    await world.endAll();
    const on = await world.begin(cleaner);
    await world.seen(weekly);
    await world.idle();
    expect(cleaner.runs).toEqual([]);
    expect(await world.statusOf(on, weekly)).toMatchObject({ isEnabled: true, nextRunAt: new Date('2026-03-16T07:30:00Z') });
  });

  it('gives it another schedule', async () => {
    const jobs = await world.begin(cleaner, { tasks: { [weekly]: { schedule: '0  13 * * *' } } });
    expect(await world.statusOf(jobs, weekly)).toMatchObject({ cron: '0 13 * * *', nextRunAt: new Date('2026-03-04T13:00:00Z') });
    world.clock.advance(3_600_000);
    await waitUntil(() => cleaner.runs.length === 1);
  });
});

describe('what is asked of a task', () => {
  it('is refused where it does not take that', async () => {
    const jobs = await world.begin(cleaner);
    await expect(jobs.runNow(weekly, { region: 'eu-west-1' })).rejects.toMatchObject({ code: 'invalid_argument', message: 'region is no argument of remove_old_acme_certs: it takes dryRun', fields: [{ path: 'region' }] });
  });

  it('cannot be declared in a service that is not its own', async () => {
    class Stray {
      @Task('get_all_zones')
      async run(): Promise<void> {
        await Promise.resolve();
      }
    }
    await expect(world.begin(new Stray())).rejects.toThrow('task "get_all_zones" belongs to acme');
  });

  it('cannot be a task that the catalogue does not know', () => {
    expect(() => Task('brew_coffee')).toThrow('the catalogue knows no task "brew_coffee"');
    expect(() => Task('identity_expiring_deployed_certificates')).toThrow('the catalogue knows no task');
  });
});
