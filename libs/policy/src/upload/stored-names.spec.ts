import { describe, expect, it } from '@jest/globals';
import type { GeneralName } from '@sifaka/pki';
import { namesCanBeStored } from './stored-names.js';

const reasonOf = (cn: string | null, ...sans: GeneralName[]) => namesCanBeStored({ certificate: { cn, sans } })?.reason ?? null;

describe('names of a certificate from elsewhere', () => {
  it('are taken as they are written', () => {
    expect(reasonOf('*', { type: 'dns', value: 'a..b' }, { type: 'opaque', tag: 0xa3, der: Buffer.from('a300', 'hex') })).toBeNull();
  });

  it('have a length that an index takes', () => {
    expect(reasonOf('a'.repeat(257))).toBe('policy.name_too_long');
    expect(reasonOf(null, { type: 'dns', value: 'a'.repeat(257) })).toBe('policy.name_too_long');
    expect(reasonOf('a'.repeat(256))).toBeNull();
  });

  it('are as many as an answer holds', () => {
    const names = (count: number) => Array.from({ length: count }, (): GeneralName => ({ type: 'ip', value: '192.0.2.1' }));
    expect(reasonOf('a', ...names(1_000))).toBeNull();
    expect(reasonOf('a', ...names(1_001))).toBe('policy.names_too_many');
  });
});
