import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { followAliases } from './delegation.js';

const through = (aliases: Record<string, string>) => (name: string) => Promise.resolve(aliases[name] ?? null);

describe('the way along CNAME records', () => {
  it('ends at the name itself when there are none', async () => {
    expect(await followAliases('_acme-challenge.a.test', through({}))).toBe('_acme-challenge.a.test');
  });

  it('goes on to the end', async () => {
    expect(await followAliases('a', through({ a: 'b', b: 'c' }))).toBe('c');
  });

  it('takes eight of them and not nine', async () => {
    const chain = (length: number) => Object.fromEntries(Array.from({ length }, (_, index) => [`n${index}`, `n${index + 1}`]));
    expect(await followAliases('n0', through(chain(8)))).toBe('n8');
    await expect(followAliases('n0', through(chain(9)))).rejects.toMatchObject({ code: 'failed_precondition', reason: 'dns.delegation_loop', message: expect.stringContaining('n0 → n1') });
  });

  it('says so when it turns in a circle', async () => {
    await expect(followAliases('a', through({ a: 'b', b: 'a' }))).rejects.toMatchObject({ reason: 'dns.delegation_loop', message: 'the CNAME records turn in a circle: a → b → a' });
    await expect(followAliases('a', through({ a: 'a' }))).rejects.toMatchObject({ reason: 'dns.delegation_loop' });
  });

  it('ends whatever the records are, within nine questions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('a', 'b', 'c', 'd', 'e')), async (aliases) => {
        let questions = 0;
        const end = await followAliases('a', (name) => ((questions += 1), through(aliases)(name))).catch(() => null);
        expect(questions).toBeLessThanOrEqual(9);
        if (end !== null) expect(aliases[end]).toBeUndefined();
      }),
    );
  });
});
