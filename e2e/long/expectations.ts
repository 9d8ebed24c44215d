import { expect } from '@jest/globals';
import type { SimulationReport } from './simulation.js';

/** What holds in every simulation, however long and whatever goes wrong in it. */
export function expectNothingLost(report: SimulationReport): void {
  const { expired, renewedTwice, brokenLines, strangeNames, shortened, askedTwice, lostOtherwise, duplicateMails, untimelyMails, strangeMails, unsent } = report;
  expect({ expired, renewedTwice, duplicateMails }).toEqual({ expired: [], renewedTwice: [], duplicateMails: [] });
  expect({ brokenLines, strangeNames, shortened }).toEqual({ brokenLines: [], strangeNames: [], shortened: [] });
  expect({ askedTwice, lostOtherwise }).toEqual({ askedTwice: 0, lostOtherwise: [] });
  expect({ untimelyMails, strangeMails, unsent }).toEqual({ untimelyMails: [], strangeMails: 0, unsent: [] });
}
