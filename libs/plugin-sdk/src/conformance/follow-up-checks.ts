import { expect } from '@jest/globals';
import type { IssueOutcome } from '../kinds/issuer.js';
import type { Check } from './check.js';
import type { StandInAnswer } from './stand-in.js';

/** An issuer that places an order with one call and fetches the certificate with another. */
export interface FollowUpSubject {
  /** Asks for a certificate at a CA that takes the order, and answers every call after that with `refusal`. */
  issue: (refusal: StandInAnswer) => Promise<IssueOutcome>;
  /** By which the CA's order is polled. */
  externalId: string;
}

const refusals: readonly [string, StandInAnswer][] = [
  ['is forbidden', { status: 403, body: '{}' }],
  ['finds nothing yet', { status: 404, body: '{}' }],
  ['comes too often', { status: 429, body: '{}' }],
  ['fails at the far side', { status: 500, body: 'failure' }],
  ['brings a page in place of a certificate', { status: 200, body: '<html>Sign in</html>' }],
];

/** What was ordered is never given up for the fault of a later call: the CA may issue it, and charge for it. */
export const followUpChecks: readonly Check<FollowUpSubject>[] = refusals.map(([what, refusal]) => ({
  title: `waits for the order when the call after it ${what}`,
  run: async ({ issue, externalId }) => {
    expect(await issue(refusal)).toMatchObject({ status: 'pending', settledBy: 'poll', externalId });
  },
}));
