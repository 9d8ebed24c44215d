import { describe, expect, it } from '@jest/globals';
import { tasks, type TaskView } from '@sifaka/contracts';
import { cronText, grouped, stateOf } from './task-state.js';

const idle: TaskView = {
  name: 'check_revoked',
  service: 'issuer',
  summary: 'Asks OCSP responders',
  cron: null,
  isEnabled: true,
  timeLimitMs: 1,
  isRunning: false,
  lastStartedAt: null,
  lastTrigger: null,
  lastSuccessAt: null,
  lastEndedAt: null,
  isDryRun: false,
  lastError: null,
  lastErrorAt: null,
  lastDurationMs: null,
  nextRunAt: null,
  lastReport: null,
};
const at = '2026-06-01T12:00:00Z';

it.each([
  ['never ran', {}],
  ['running', { isRunning: true, lastError: 'no route' }],
  ['failed', { lastStartedAt: at, lastSuccessAt: at, lastError: 'no route' }],
  ['switched off', { isEnabled: false, lastStartedAt: at, lastSuccessAt: at }],
  ['succeeded', { lastStartedAt: at, lastSuccessAt: at }],
  ['dry run', { lastStartedAt: at, lastEndedAt: at, isDryRun: true }],
  ['dry run', { lastStartedAt: at, lastEndedAt: at, isDryRun: true, lastSuccessAt: at }],
  ['cut off', { lastStartedAt: at }],
])('says "%s"', (word, stand) => {
  expect(stateOf({ ...idle, ...stand }).word).toBe(word);
});

it('tells tasks from the work of services, and finds both by any word', () => {
  const job = { ...idle, name: 'issuer.housekeeping', summary: null };
  expect(grouped([idle, job], '', '')).toEqual({ tasks: [idle], jobs: [] });
  expect(grouped([idle, job], 'house issuer', 'jobs')).toEqual({ tasks: [], jobs: [job] });
  expect(grouped([idle, job], 'OCSP house', '')).toEqual({ tasks: [], jobs: [] });
});

it('shows what failed of both', () => {
  const failed = { ...idle, lastError: 'no route' };
  const job = { ...failed, name: 'issuer.housekeeping' };
  expect(grouped([idle, failed, job], '', 'failed')).toEqual({ tasks: [failed], jobs: [job] });
});

describe('a schedule', () => {
  it.each([
    [null, 'on request alone'],
    ['* * * * *', 'every minute'],
    ['*/30 * * * *', 'every 30 minutes'],
    ['5 */3 * * *', 'every 3 hours at :05'],
    ['7 * * * *', 'every hour at :07'],
    ['0 9 * * *', 'daily at 09:00 UTC'],
    ['0 10,22 * * *', 'daily at 10:00 and 22:00 UTC'],
    ['30 7 * * 1', 'on Mondays at 07:30 UTC'],
    ['0 0 1 * *', '0 0 1 * * (UTC)'],
    ['0 9 * * 1-5', '0 9 * * 1-5 (UTC)'],
    ['0-10 9 * * *', '0-10 9 * * * (UTC)'],
  ])('%p reads "%s"', (cron, text) => {
    expect(cronText(cron)).toBe(text);
  });

  it('of every task is one that reads well', () => {
    expect(tasks.map(({ cron }) => cronText(cron)).filter((text) => text.includes('('))).toEqual([]);
  });
});
