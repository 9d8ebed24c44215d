import { describe, expect, it } from '@jest/globals';
import { mergeOptions, redacted } from './stored-options.js';

const ref = 'secret:6f1f5c1e-6b7e-4c60-8f5e-0d3f6f6f6f6f';
const secrets = new Set(['token']);
const stored = [{ name: 'url', value: 'https://a.test' }, { name: 'token', value: ref }];

describe('options of a DNS provider', () => {
  it('keep a secret that comes back as it was shown', () => {
    expect(mergeOptions([{ name: 'url', value: 'https://b.test' }, { name: 'token', value: null }], stored, secrets, 'p')).toEqual([
      { name: 'url', value: 'https://b.test' },
      { name: 'token', value: ref },
    ]);
    expect(mergeOptions([{ name: 'token', value: '' }], stored, secrets, 'p')).toEqual([{ name: 'token', value: ref }]);
  });

  it('take a new secret, and forget what is not given', () => {
    expect(mergeOptions([{ name: 'token', value: 'new' }], stored, secrets, 'p')).toEqual([{ name: 'token', value: 'new' }]);
    expect(mergeOptions([{ name: 'url' }], stored, secrets, 'p')).toEqual([]);
  });

  it('take no reference from outside, not even their own', () => {
    expect(() => mergeOptions([{ name: 'token', value: ref }], stored, secrets, 'p')).toThrow(expect.objectContaining({ code: 'invalid_argument', fields: [{ path: 'p.token', message: 'is not a value that can be given' }] }));
    expect(() => mergeOptions([{ name: 'url', value: ref }], [], secrets, 'p')).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });

  it('show no secret', () => {
    expect(redacted([...stored, { name: 'other', value: ref }], secrets)).toEqual([
      { name: 'url', value: 'https://a.test' },
      { name: 'token', value: null },
      { name: 'other', value: null },
    ]);
  });
});
