import { describe, expect, it } from '@jest/globals';
import { judgeDuplicates, type DuplicateCandidate } from './duplicates.js';

const candidate = (id: number, changes: Partial<DuplicateCandidate> = {}): DuplicateCandidate => ({
  id,
  name: `shop-${id}`,
  authorityId: 1,
  owner: 'team@corp.test',
  san: false,
  keyType: 'ECCPRIME256V1',
  notBeforeDay: '2026-01-01',
  notAfterDay: '2026-04-01',
  destinationIds: [],
  names: ['shop.corp.test'],
  endpointCount: 0,
  ...changes,
});
const idsOf = (all: readonly DuplicateCandidate[] | undefined) => all?.map(({ id }) => id);

describe('duplicates', () => {
  it('keep the rotation of the first one when no endpoint presents any', () => {
    const verdict = judgeDuplicates([candidate(9), candidate(3), candidate(5)]);
    expect(idsOf(verdict?.keeps)).toEqual([3]);
    expect(idsOf(verdict?.loses)).toEqual([5, 9]);
  });

  it('keep the rotation of all that endpoints present', () => {
    const verdict = judgeDuplicates([candidate(3), candidate(5, { endpointCount: 1 }), candidate(9, { endpointCount: 2 })]);
    expect(idsOf(verdict?.keeps)).toEqual([5, 9]);
    expect(idsOf(verdict?.loses)).toEqual([3]);
  });

  it.each<[string, Partial<DuplicateCandidate>]>([
    ['owner', { owner: 'other@corp.test' }],
    ['number of names', { san: true }],
    ['key type', { keyType: 'RSA2048' }],
    ['first day', { notBeforeDay: '2026-01-02' }],
    ['last day', { notAfterDay: '2026-04-02' }],
    ['authority', { authorityId: 2 }],
    ['destinations', { destinationIds: [1] }],
    ['names', { names: ['shop.corp.test', 'www.corp.test'] }],
  ])('are left as they are when one of them has another %s', (_what, changes) => {
    expect(judgeDuplicates([candidate(1), candidate(2), candidate(3, changes)])).toBeNull();
  });

  it('are alike whatever the order of their names and destinations', () => {
    const verdict = judgeDuplicates([candidate(1, { names: ['a.test', 'b.test'], destinationIds: [2, 1] }), candidate(2, { names: ['b.test', 'a.test'], destinationIds: [1, 2] })]);
    expect(idsOf(verdict?.loses)).toEqual([2]);
  });

  it('are more than one', () => {
    expect(judgeDuplicates([candidate(1)])).toBeNull();
    expect(judgeDuplicates([])).toBeNull();
  });
});
