import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anEndingCertificate } from '../test/an-ending-certificate.js';
import { byDaysLeft, Groups, messageLength } from './grouping.js';

describe('messages', () => {
  it('are one for each owner and notification, with the soonest end first', () => {
    const groups = new Groups<{ id: number }>();
    const [late, soon, other] = [anEndingCertificate({ id: 1, owner: 'joe@a.test', notAfter: '2027-02-01T00:00:00Z' }), anEndingCertificate({ id: 2, owner: 'joe@a.test', notAfter: '2027-01-01T00:00:00Z' }), anEndingCertificate({ id: 3, owner: 'ann@a.test' })];
    for (const certificate of [late, soon, other]) groups.add(certificate, { id: 7 });
    groups.add(late, { id: 8 });
    expect(groups.all().map(({ owner, notification, certificates }) => [owner, notification.id, certificates.map(({ id }) => id)])).toEqual([
      ['joe@a.test', 7, [2, 1]],
      ['ann@a.test', 7, [3]],
      ['joe@a.test', 8, [1]],
    ]);
  });

  it('name every certificate once, and never more than somebody reads', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ owner: fc.constantFrom('a', 'b', 'c'), notification: fc.integer({ min: 1, max: 3 }) }), { maxLength: 900 }), (all) => {
        const groups = new Groups<{ id: number }>();
        for (const [id, { owner, notification }] of all.entries()) groups.add(anEndingCertificate({ id: id + 1, owner }), { id: notification });
        const messages = groups.all();
        const told = messages.flatMap(({ certificates }) => certificates.map(({ id }) => id));
        return told.length === all.length && new Set(told).size === all.length && messages.every(({ owner, certificates }) => certificates.length <= messageLength && certificates.every((each) => each.owner === owner));
      }),
      { numRuns: 20 },
    );
  });
});

describe('a digest', () => {
  it('goes by days, fewest first', () => {
    expect(byDaysLeft([5, 1, 5, 3], (each) => each)).toEqual([{ daysLeft: 1, certificates: [1] }, { daysLeft: 3, certificates: [3] }, { daysLeft: 5, certificates: [5, 5] }]);
  });
});
