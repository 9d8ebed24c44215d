import { describe, expect, it } from '@jest/globals';
import { isAppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { someCa } from '../test/found-certificates.js';
import { readFound, Unstorable } from './found-certificate.js';
import { FoundChains } from './found-chain.js';

const ca = someCa();
const given = { name: null, externalId: null, owner: null, description: null };
const chains = new FoundChains();
const read = (der: Buffer, parts: { name?: string | null } = {}) => readFound(der, { ...given, ...parts }, (facts) => chains.of(facts, []));

/** What may be thrown is a reason that can be told. */
function survives(der: Buffer): void {
  try {
    const { base, columns } = read(der);
    expect(base.length).toBeGreaterThan(0);
    // What cannot be written to a database shows here.
    expect(JSON.stringify(columns)).not.toMatch(/\\u0000|\\ud[89a-f]/i);
  } catch (error) {
    if (!(error instanceof Unstorable) && !(isAppError(error) && error.code === 'invalid_argument')) throw error;
    expect(error.message.length).toBeGreaterThan(0);
  }
}

describe('a certificate that was found', () => {
  const good = ca.certificate({ commonName: 'a.found.test', names: ['a.found.test', 'b.found.test'] });

  it('changed anywhere is read, or refused in words', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        survives(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('made of any bytes is refused in words', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => survives(Buffer.from(bytes))));
  });

  it.each([
    ['NUL', 'a\0b.found.test'],
    ['a line break', 'a\nb.found.test'],
    ['an escape', '\u001b[31mred.found.test'],
  ])('with %s in its name is refused', (_what, commonName) => {
    expect(() => read(patched(good, 'a.found.test', commonName))).toThrow(/control characters|characters that are none/);
  });

  it.each([
    ['what its place calls it', { name: 'My Balancer' }, 'My-Balancer'],
    ['nothing but a host', {}, 'SAN-a.found.test-FoundIssuing-20260101-20270101'],
    ['a name that leaves nothing', { name: '☃' }, 'SAN-a.found.test-FoundIssuing-20260101-20270101'],
    ['a long name, cut', { name: 'x'.repeat(9_000) }, 'x'.repeat(200)],
  ])('is named after %s', (_what, parts, base) => {
    expect(read(good, parts).base).toBe(base);
  });

  it('without any name is named after its organization', () => {
    expect(read(ca.certificate({ commonName: ' ', names: [] })).base).toBe('Found-Ltd-FoundIssuing-20260101-20270101');
  });
});

/** Another text of the same length in the same place. */
function patched(der: Buffer, text: string, other: string): Buffer {
  const padded = other.padEnd(text.length, 'x').slice(0, text.length);
  return Buffer.from(der.toString('latin1').replaceAll(text, padded), 'latin1');
}
