import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { databaseError, uniqueViolation } from './index.js';

const fault = (code: string, more: object = {}) => Object.assign(new Error('the words of Postgres'), { code, ...more });

describe('a fault of the database', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', '08006', '57P01', '57P03', '53300'])('with code %s is unavailable', (code) => {
    expect(databaseError(fault(code))).toMatchObject({ code: 'unavailable', reason: 'database.unreachable' });
  });

  it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])('that says "%s" is unavailable', (message) => {
    expect(databaseError(new Error(message))).toMatchObject({ code: 'unavailable' });
  });

  it.each([
    ['57014', 'unavailable'],
    ['53100', 'unavailable'],
    ['40001', 'conflict'],
    ['40P01', 'conflict'],
    ['22003', 'invalid_argument'],
    ['22021', 'invalid_argument'],
    ['22P05', 'invalid_argument'],
    ['54000', 'invalid_argument'],
  ])('with code %s is %s', (code, expected) => {
    expect(databaseError(fault(code))).toMatchObject({ code: expected });
  });

  it('does not show the words of Postgres to callers', () => {
    const error = databaseError(fault('22003'));

    expect(error).toBeInstanceOf(AppError);
    expect(String(error)).not.toContain('the words of Postgres');
  });

  it('that is a bug stays what it is', () => {
    const error = fault('42P01');

    expect(databaseError(error)).toBe(error);
    expect(databaseError('text')).toBe('text');
  });
});

describe('a broken unique constraint', () => {
  const broken = fault('23505', { constraint: 'certificate_name_key', detail: 'Key (name)=(a) already exists.' });

  it('is told with its constraint and column', () => {
    expect(uniqueViolation(broken)).toEqual({
      constraint: 'certificate_name_key',
      column: 'name',
      detail: 'Key (name)=(a) already exists.',
    });
  });

  it('is found within what TypeORM throws', () => {
    expect(uniqueViolation(Object.assign(new Error('query failed'), { driverError: broken }))).toMatchObject({ column: 'name' });
  });

  it('is not any other fault', () => {
    expect(uniqueViolation(fault('23503'))).toBeNull();
    expect(uniqueViolation(null)).toBeNull();
  });
});
