import { randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Check } from './check.js';
import { contentOf, faultOf, names, snapshot, using, type DestinationSubject } from './destination-subject.js';

const mediaType = 'application/pkix-crl';
const aName = () => `conformance-${randomBytes(4).toString('hex')}.crl`;
const outside = ['', '.', '..', '../up.crl', 'a/b.crl', '/etc/x.crl', 'a b.crl', 'ä.crl', '.hidden', 'a\\b.crl', 'a\0.crl', `${'x'.repeat(300)}.crl`];

/** What `publish` and `unpublish` keep, where a plugin has them. */
export const publishChecks: readonly Check<DestinationSubject>[] = [
  {
    title: 'publishes files as they are, each in the place of a former one of its name, and takes each away alone',
    run: async (subject) => {
      await using(subject, async (destination) => {
        if (destination.publish === undefined) return;
        const before = await snapshot(subject);
        const [name, other] = [aName(), aName()];
        const [long, short] = [randomBytes(100_000), randomBytes(500)];
        await destination.publish({ name, mediaType, content: long });
        await destination.publish({ name: other, mediaType, content: short });
        expect(bytesOf(await subject.contents(), name)).toBe(long.toString('hex'));
        await destination.publish({ name, mediaType, content: short });
        await destination.publish({ name, mediaType, content: short });
        expect(bytesOf(await subject.contents(), name)).toBe(short.toString('hex'));
        expect(await names(subject)).toHaveLength(before.length + 2);
        if (destination.unpublish === undefined) return;
        for (let times = 0; times < 2; times++) await destination.unpublish({ name });
        expect(contentOf(await subject.contents(), name)).toBeUndefined();
        expect(bytesOf(await subject.contents(), other)).toBe(short.toString('hex'));
        await destination.unpublish({ name: other });
        expect(await snapshot(subject)).toEqual(before);
      });
    },
  },
  {
    title: 'publishes under no name that leads out of its folder',
    run: async (subject) => {
      await using(subject, async (destination) => {
        if (destination.publish === undefined) return;
        const before = await snapshot(subject);
        for (const name of outside) {
          expect((await faultOf(destination.publish({ name, mediaType, content: randomBytes(1) }))).code).toBe('invalid_argument');
          if (destination.unpublish !== undefined) expect((await faultOf(destination.unpublish({ name }))).code).toBe('invalid_argument');
        }
        expect(await snapshot(subject)).toEqual(before);
      });
    },
  },
];

const bytesOf = (contents: ReadonlyMap<string, Buffer>, name: string): string | undefined => [...contents].find(([path]) => path === name || path.endsWith(`/${name}`))?.[1].toString('hex');
