import { describe, expect, it } from '@jest/globals';
import type { CertificateListInput } from '@sifaka/contracts';
import { certificateConditions, serialHexOf } from './certificate-conditions.js';

const rules = { now: new Date('2026-03-10T12:00:00Z'), hideExpiredAfterMonths: -1, hidesDeleted: false };

const everything: CertificateListInput = {
  window: { offset: 0, limit: 10, sortBy: null, sortDir: null, cursor: null },
  filter: null,
  ids: null,
  name: null,
  serial: null,
  showExpired: true,
  timeRange: null,
  destinationId: null,
  notificationId: null,
  owner: null,
  active: null,
  rotation: null,
  creatorIds: null,
  authorityId: null,
};

const conditionsOf = (input: Partial<CertificateListInput>) => certificateConditions({ ...everything, ...input }, rules);

describe('certificateConditions', () => {
  it('asks for nothing when nothing is asked', () => {
    expect(conditionsOf({}).where).toBe('');
  });

  it('hides what ended a month ago or earlier', () => {
    const { where, values } = conditionsOf({ showExpired: false });
    expect(where).toContain('c.not_after >= $1');
    expect(values).toEqual([new Date('2026-02-11T00:00:00Z')]);
  });

  it.each([
    ['name;50%_\\', '%50\\%\\_\\\\%'],
    ['cn;"shop.corp.test"', 'shop.corp.test'],
    ['owner;payments', '%payments%'],
  ])('takes %s for text, not for a pattern', (filter, pattern) => {
    expect(conditionsOf({ filter }).values).toContain(pattern);
  });

  it('reads a name that contains the word rotation as a name', () => {
    expect(conditionsOf({ filter: 'name;my-rotation-cert' }).values).toEqual(Array(3).fill('%my-rotation-cert%'));
  });

  it.each(['password;x', 'private_key;x', 'privateKey;x', 'toString;x', '__proto__;x'])('refuses the filter %s and says what there is', (filter) => {
    expect(() => conditionsOf({ filter })).toThrow(/is not sortable or filterable; these are: id, name/);
  });

  it('names a secret column in the words that clients look for', () => {
    expect(() => conditionsOf({ filter: 'private_key;x' })).toThrow("'private_key' is not sortable or filterable");
  });

  it('refuses a filter without a value and a number that is none', () => {
    expect(() => conditionsOf({ filter: 'name' })).toThrow(/no semicolon/);
    expect(() => conditionsOf({ filter: 'id;seven' })).toThrow(/no integer/);
  });
});

describe('serialHexOf', () => {
  it.each([
    ['255', 'FF'],
    ['0x00ff', 'FF'],
    ['00:ff', 'FF'],
    ['243833946935944784581421634954295667322', 'B770B5C1A7F1409FB59D348603A26A7A'],
  ])('reads %s', (text, hex) => {
    expect(serialHexOf(text)).toBe(hex);
  });

  it.each(['', 'xyz', '0x', '12ab', ':'.repeat(10)])('refuses %p', (text) => {
    expect(() => serialHexOf(text)).toThrow(/neither decimal/);
  });
});
