import { describe, expect, it } from '@jest/globals';
import { defineConfig, loadConfig } from './index.js';

const required = { DATABASE_URL: 'postgres://u:p@localhost/sifaka', NATS_URL: 'nats://localhost:4222', SIFAKA_CALLER_PUBLIC_KEY: 'x' };
const load = (tasks?: unknown) =>
  loadConfig(defineConfig('issuer', {}), { env: { ...required, ...(tasks !== undefined && { SIFAKA_TASKS: typeof tasks === 'string' ? tasks : JSON.stringify(tasks) }) } }).tasks;

describe('the tasks of the configuration', () => {
  it('are as the catalogue has them when nothing is said', () => {
    expect(load()).toEqual({});
  });

  it('are read as JSON', () => {
    const tasks = { certificate_reissue: { schedule: '0 */2 * * *', timeLimitSeconds: 7_200 }, check_revoked: { enabled: false } };
    expect(load(tasks)).toEqual(tasks);
  });

  it('have their own name, however they were spelled', () => {
    expect(load({ identity_expiring_deployed_certificates: { enabled: false } })).toEqual({ identify_expiring_deployed_certificates: { enabled: false } });
    expect(load({ 'acme.get_all_zones': { enabled: true } })).toEqual({ get_all_zones: { enabled: true } });
  });

  it.each([
    [{ certificate_reisue: {} }, 'at certificate_reisue: there is no task "certificate_reisue"; did you mean "certificate_reissue"?'],
    [{ brew_coffee: {} }, 'at brew_coffee: there is no task "brew_coffee"'],
    [{ check_revoked: { schedule: '0 25 * * *' } }, 'at check_revoked.schedule: "0 25 * * *" is no schedule: hour "25" is beyond 0-23'],
    [{ check_revoked: { schedule: 'daily' } }, 'at check_revoked.schedule: "daily" is no schedule: it has five fields'],
    [{ sync_source: { schedule: '* * * * *' } }, 'at sync_source.schedule: sync_source asks for label, so it only runs when asked'],
    [{ check_revoked: { timeLimitSeconds: 0 } }, 'at check_revoked.timeLimitSeconds: Too small'],
    [{ check_revoked: { timeLimitMinutes: 5 } }, 'Unrecognized key: "timeLimitMinutes"'],
    [{ get_all_zones: {}, 'acme.get_all_zones': {} }, 'is the same task as get_all_zones: say it once'],
    ['check_revoked', 'SIFAKA_TASKS: "check_revoked"'],
  ])('%j is a fault that names key, value and rule', (tasks, fault) => {
    expect(() => load(tasks)).toThrow(fault);
  });
});
