import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openOutlet, type TakenMeasurement } from '@sifaka/observability';
import { measureEnd, measureStart, type RunFacts } from '../job/job-metrics.js';

const at = new Date('2026-11-22T10:00:00Z');
const run: RunFacts = { id: '42', service: 'issuer', job: 'check_revoked', isTask: true, trigger: 'schedule', isDryRun: false, startedAt: at };
const tags = { task_name: 'check_revoked', task_id: '42', sender_hostname: hostname(), receiver_hostname: hostname() };

let taken: TakenMeasurement[];
let end: () => void;
beforeEach(() => {
  taken = [];
  end = openOutlet({ take: (measurement) => void taken.push(measurement), room: () => Promise.resolve() });
});
afterEach(() => {
  end();
});

describe('a run of a task', () => {
  it('is told when it begins', () => {
    measureStart(run);
    expect(taken).toEqual([{ name: 'celery.new_pending_task', type: 'timer', value: 1, tags }]);
  });

  it.each([
    ['succeeded' as const, null, [{ name: 'celery.successful_task', type: 'timer', value: 1, tags }, { name: 'check_revoked.success', type: 'counter', value: 1, tags: {} }]],
    ['failed' as const, 'unavailable: nobody is there', [{ name: 'celery.failed_task', type: 'timer', value: 1, tags: { ...tags, error: 'unavailable: nobody is there' } }]],
    [
      'timed_out' as const,
      'unavailable: it took longer than 5 ms',
      [
        { name: 'celery.timeout', type: 'counter', value: 1, tags: { function: 'check_revoked' } },
        { name: 'celery.failed_task', type: 'timer', value: 1, tags: { ...tags, error: 'unavailable: it took longer than 5 ms' } },
      ],
    ],
    ['stopped' as const, 'unavailable: the service stops', [{ name: 'celery.revoked_task', type: 'timer', value: 1, tags }]],
  ])('that %s is told as Lemur told it', (outcome, error, expected) => {
    measureEnd(run, outcome, { at, durationMs: 5, error });
    expect(taken).toEqual(expected);
  });

  it('that is work of the house is no task of Lemur', () => {
    measureStart({ ...run, job: 'housekeeping', isTask: false });
    measureEnd({ ...run, job: 'housekeeping', isTask: false }, 'succeeded', { at, durationMs: 5, error: null });
    expect(taken).toEqual([]);
  });
});
