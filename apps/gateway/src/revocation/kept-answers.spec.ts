import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KeptAnswers, type KeptAnswer } from './kept-answers.js';

interface Numbered extends KeptAnswer {
  readonly number: number;
}

const slugs = ['A', 'B'];
const serials = ['1', '2', '3', '4'];
const slug = fc.constantFrom(...slugs);
const some = fc.uniqueArray(fc.constantFrom(...serials), { minLength: 1, maxLength: 3 });

describe('kept answers', () => {
  it('are those that were kept and not dropped since', () => {
    const keep = fc.record({ slug, serials: some });
    const drop = fc.record({ slug, dropped: fc.option(some) });
    fc.assert(
      fc.property(fc.array(fc.oneof(keep, drop), { maxLength: 60 }), (steps) => {
        const kept = new KeptAnswers<Numbered>(1_000_000);
        const expected = new Map<string, Numbered>();
        for (const [number, step] of steps.entries()) {
          if ('serials' in step) {
            const key = `${step.slug} ${step.serials.join()}`;
            const answer = { ...step, sizeBytes: 100, number };
            kept.keep(key, answer);
            expected.set(key, answer);
          } else {
            const { dropped } = step;
            kept.drop(step.slug, dropped);
            for (const [key, answer] of expected) if (answer.slug === step.slug && (dropped === null || answer.serials.some((serial) => dropped.includes(serial)))) expected.delete(key);
          }
          for (const [key, answer] of expected) expect(kept.get(key)).toBe(answer);
          for (const one of slugs) for (const serial of serials) if (!expected.has(`${one} ${serial}`)) expect(kept.get(`${one} ${serial}`)).toBeUndefined();
          for (const { slug: one } of expected.values()) expect([...kept.authorities()]).toContain(one);
        }
      }),
    );
  });

  it('take no more than their memory, and nothing stays behind of those that went', () => {
    const kept = new KeptAnswers<Numbered>(256 * 1_024);
    const answer = (number: number): Numbered => ({ slug: 'A', serials: [String(number)], sizeBytes: 1_000, number });
    for (let number = 0; number < 10_000; number += 1) kept.keep(`A ${number}`, answer(number));
    const left = Array.from({ length: 10_000 }, (_none, number) => kept.get(`A ${number}`)).filter((each) => each !== undefined);
    expect(left.length).toBeGreaterThan(100);
    expect(left.length).toBeLessThan(256);
    expect(kept.serialCount).toBe(left.length);
    kept.keep('A long', { ...answer(1), sizeBytes: 10_000 });
    expect(kept.get('A long')).toBeUndefined();
    expect(kept.serialCount).toBe(left.length);
  });
});
