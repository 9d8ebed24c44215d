import { describe, expect, it } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import { ChallengeLookups } from './challenge-lookups.js';

const clock = fixedClock(new Date('2026-01-01T00:00:00Z'));

function lookups(find: (token: string) => Promise<string | null> = (token) => Promise.resolve(token.startsWith('good') ? `${token}.thumbprint` : null)) {
  const asked: string[] = [];
  const recorded = (token: string) => (asked.push(token), find(token));
  return { asked, lookups: new ChallengeLookups(recorded, clock) };
}

describe('lookups of challenge tokens', () => {
  it('answer with the key authorization, or with nothing', async () => {
    const { lookups: of } = lookups();
    expect(await of.of('good', '192.0.2.1')).toEqual({ kind: 'found', keyAuthorization: 'good.thumbprint' });
    expect(await of.of('bad', '192.0.2.1')).toEqual({ kind: 'none' });
  });

  it('ask once for what several want at the same time, or within two seconds', async () => {
    const { asked, lookups: of } = lookups();
    await Promise.all([of.of('good', '192.0.2.1'), of.of('good', '192.0.2.2'), of.of('good', '192.0.2.3')]);
    await of.of('good', '192.0.2.4');
    expect(asked).toEqual(['good']);
    clock.advance(2_001);
    await of.of('good', '192.0.2.4');
    expect(asked).toEqual(['good', 'good']);
  });

  it('leave guessers two at a time, and CAs the rest', async () => {
    const waiting: (() => void)[] = [];
    const { asked, lookups: of } = lookups((token) => (token.startsWith('slow') ? new Promise((resolve) => waiting.push(() => resolve(null))) : Promise.resolve(null)));
    for (let guess = 0; guess < 20; guess++) await of.of(`guess-${guess}`, '192.0.2.66');
    const slow = Array.from({ length: 30 }, (_none, index) => of.of(`slow-${index}`, '192.0.2.66'));
    expect(asked.filter((token) => token.startsWith('slow'))).toHaveLength(2);
    expect(await of.of('good', '192.0.2.1')).toEqual({ kind: 'none' });
    for (const end of waiting) end();
    const outcomes = await Promise.all(slow);
    expect(outcomes.filter(({ kind }) => kind === 'busy')).toHaveLength(28);
  });

  it('forgive after ten seconds', async () => {
    const { lookups: of } = lookups();
    for (let guess = 0; guess < 20; guess++) await of.of(`guess-${guess}`, '192.0.2.66');
    clock.advance(10_001);
    expect(await Promise.all(['a', 'b', 'c'].map((token) => of.of(token, '192.0.2.66')))).toEqual([{ kind: 'none' }, { kind: 'none' }, { kind: 'none' }]);
  });

  it('have a limit in all, and do not keep a failure', async () => {
    const waiting: (() => void)[] = [];
    const { lookups: of } = lookups((token) => (token === 'fails' ? Promise.reject(new Error('away')) : new Promise((resolve) => waiting.push(() => resolve(null)))));
    await expect(of.of('fails', '192.0.2.1')).rejects.toThrow('away');
    await expect(of.of('fails', '192.0.2.1')).rejects.toThrow('away');
    const slow = Array.from({ length: 41 }, (_none, index) => of.of(`slow-${index}`, `198.51.100.${index}`));
    for (const end of waiting) end();
    expect((await Promise.all(slow)).filter(({ kind }) => kind === 'busy')).toHaveLength(1);
  });
});
