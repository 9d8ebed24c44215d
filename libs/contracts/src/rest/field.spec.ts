import { describe, expect, it } from '@jest/globals';
import { bool, dateTime, email, int, ref, title } from './field.js';

describe('bool', () => {
  it.each([true, 1, '1', 't', 'T', 'true', 'True', 'TRUE'])('takes %p for true', (value) => {
    expect(bool().parse(value)).toBe(true);
  });
  it.each([false, 0, '0', 'f', 'F', 'false', 'False', 'FALSE'])('takes %p for false', (value) => {
    expect(bool().parse(value)).toBe(false);
  });
  it.each(['yes', 2, null, ''])('refuses %p', (value) => {
    expect(bool().safeParse(value).success).toBe(false);
  });
});

describe('int', () => {
  it.each([
    [5, 5],
    ['5', 5],
    ['-3', -3],
  ])('reads %p', (value, expected) => {
    expect(int().parse(value)).toBe(expected);
  });
  it.each(['abc', 1.5, '1.5', null, '99999999999'])('refuses %p', (value) => {
    expect(int().safeParse(value).success).toBe(false);
  });
  it.each([
    ['abc', 'must be a whole number, not "abc"'],
    [1.5, 'must be a whole number, not 1.5'],
    [true, 'must be a whole number, not true'],
    [null, 'must be a whole number, not null'],
    [['5'], 'must be a whole number, not a list'],
    ['x'.repeat(500), `must be a whole number, not "${'x'.repeat(59)}…`],
  ])('says what it was given: %p', (value, message) => {
    expect(int().safeParse(value).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
  it('names the bound that was passed', () => {
    expect(int({ min: 1 }).safeParse(0).error?.issues[0]?.message).toBe('must be at least 1');
  });
});

describe('title', () => {
  it.each([
    ['', 'must not be empty'],
    ['   ', 'must not be blank'],
    ['\t\n', 'must not be blank'],
    ['xxxx', 'must have at most 3 characters'],
  ])('refuses %j', (value, message) => {
    expect(title(3).safeParse(value).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
  it('keeps what surrounds it', () => {
    expect(title(3).parse(' a ')).toBe(' a ');
  });
});

describe('dateTime', () => {
  it.each(['2027-02-30T00:00:00Z', '2026-02-29T00:00:00', '2026-04-31T10:00:00+02:00', '2026-13-01T00:00:00Z'])('refuses %s, a day that no calendar has', (text) => {
    expect(dateTime().safeParse(text).success).toBe(false);
  });
  it.each([
    ['2026-12-01T00:00:00', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01T00:00:00Z', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01T00:00:00+05:00', '2026-11-30T19:00:00.000Z'],
    ['2026-12-01T00:00:00.120034+00:00', '2026-12-01T00:00:00.120Z'],
  ])('reads %s', (text, expected) => {
    expect(dateTime().parse(text)).toBe(expected);
  });
  it.each(['2026-12-01', '', 1_772_355_600, '2026-13-01T00:00:00Z', '0001-01-01T00:00:00Z', 'now'])('refuses %p', (value) => {
    expect(dateTime().safeParse(value).success).toBe(false);
  });
});

describe('email', () => {
  it('is lower-cased', () => {
    expect(email().parse('MiXed@Corp.Test')).toBe('mixed@corp.test');
  });
  it.each(['joe', '', 'a b@corp.test', 'a@', '@corp.test', 'a@b@c', 7])('refuses %p', (value) => {
    expect(email().safeParse(value).success).toBe(false);
  });
});

describe('ref', () => {
  it('prefers the id', () => {
    expect(ref().parse({ id: '7', name: 'x' })).toEqual({ id: 7 });
    expect(ref().parse({ name: 'x', other: 1 })).toEqual({ name: 'x' });
  });
  it.each([{}, { id: 'seven' }, { id: -1 }, 'x', null, { name: '' }])('refuses %p', (value) => {
    expect(ref().safeParse(value).success).toBe(false);
  });
});
