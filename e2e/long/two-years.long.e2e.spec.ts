import { describe, expect, it } from '@jest/globals';
import { expectNothingLost } from './expectations.js';
import { simulation } from './simulation.js';

describe('two years of 2,000 certificates, of 160 hours to a year each, with three replicas that are killed and CAs that are away', () => {
  it('let none end, renew none twice, tell nobody twice, and are never much busier than on average', async () => {
    const report = await simulation({});
    expectNothingLost(report);
    expect(report.busiestShare).toBeLessThan(2);
    expect(report.outages).toBeGreaterThan(0);
    expect(report.kills).toBeGreaterThan(0);
  }, 3 * 3_600_000);
});
