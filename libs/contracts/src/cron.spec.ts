import { describe, expect, it } from '@jest/globals';
import { cronFault } from './cron.js';
import { findTask, tasks } from './task.js';

describe('five cron fields', () => {
  it.each(['* * * * *', '*/5 0-6 1,15 * 7', '0 9 * * 1-5', ' 5  */3 * * * '])('%s are a schedule', (text) => {
    expect(cronFault(text)).toBeNull();
  });

  it.each([
    ['* * * *', 'five fields'],
    ['@daily', 'five fields'],
    ['60 * * * *', 'minute "60" is beyond 0-59'],
    ['0 0 0 * *', 'day of month "0" is beyond 1-31'],
    ['0 0 * 13 *', 'month "13" is beyond 1-12'],
    ['0 0 * * 8', 'day of week "8" is beyond 0-7'],
    ['*/0 * * * *', 'minute "*/0": steps are 1 or more'],
    ['5-1 * * * *', 'minute "5-1" does not go up'],
    ['0 0 * * mon', 'day of week "mon" is neither'],
    ['1,,2 * * * *', 'minute "" is neither'],
  ])('%s are none: %s', (text, fault) => {
    expect(cronFault(text)).toContain(fault);
  });
});

describe('the catalogue of tasks', () => {
  it('has schedules that can be read, and none for what asks for an argument', () => {
    expect(tasks.flatMap(({ name, cron }) => (cron !== null && cronFault(cron) !== null ? [name] : []))).toEqual([]);
    expect(tasks.flatMap(({ name, cron, requires }) => (cron !== null && requires.length > 0 ? [name] : []))).toEqual([]);
  });

  it('knows each spelling once', () => {
    const spellings = tasks.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(spellings).size).toBe(spellings.length);
  });

  it.each(['identify_expiring_deployed_certificates', 'identity_expiring_deployed_certificates', 'discovery.identity_expiring_deployed_certificates'])('finds %s', (spelling) => {
    expect(findTask(spelling)?.name).toBe('identify_expiring_deployed_certificates');
  });

  it('does not find a task in another service', () => {
    expect(findTask('acme.check_revoked')).toBeUndefined();
  });
});
