import { describe, expect, it } from '@jest/globals';
import { expectNothingLost } from './expectations.js';
import { simulation } from './simulation.js';

describe('eight days of 60 certificates that live 160 hours, with replicas that are killed and a CA that is away for a quarter of that', () => {
  it('let none end, renew none twice and tell nobody twice', async () => {
    const report = await simulation({ SIFAKA_SIMULATION_DAYS: '8', SIFAKA_SIMULATION_CERTIFICATES: '60', SIFAKA_SIMULATION_LIVES: '160h', SIFAKA_SIMULATION_KILL_HOURS: '24', SIFAKA_SIMULATION_SEED: '7' });
    expectNothingLost(report);
    expect(report).toMatchObject({ outages: 1 });
    expect(report.renewals).toBeGreaterThan(60);
    expect(report.kills).toBeGreaterThan(3);
  }, 300_000);
});
