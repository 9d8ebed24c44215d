import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { coerce } from './coerce.js';

describe('coercion of text', () => {
  it('gives every finite number back', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(coerce(z.number(), String(value))).toBeCloseTo(value, 10);
      }),
    );
  });

  it('gives every JSON list back', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (value) => {
        expect(coerce(z.array(z.string()), JSON.stringify(value))).toEqual(value);
      }),
    );
  });

  it('leaves text that does not fit for the schema to refuse', () => {
    expect(coerce(z.number(), '12x')).toBe('12x');
    expect(coerce(z.boolean(), 'maybe')).toBe('maybe');
    expect(coerce(z.record(z.string(), z.string()), 'a')).toBe('a');
  });

  it('looks through defaults, optionals and transformations', () => {
    expect(coerce(z.int().default(1).optional(), '5')).toBe(5);
    expect(
      coerce(
        z
          .boolean()
          .nullable()
          .transform((value) => value),
        'on',
      ),
    ).toBe(true);
  });

  it('takes the first member of a union that fits', () => {
    expect(coerce(z.union([z.number(), z.string()]), '5')).toBe(5);
    expect(coerce(z.union([z.number(), z.string()]), 'five')).toBe('five');
  });

  it('keeps text as it is, with its spaces', () => {
    expect(coerce(z.string(), ' a,b ')).toBe(' a,b ');
  });
});
