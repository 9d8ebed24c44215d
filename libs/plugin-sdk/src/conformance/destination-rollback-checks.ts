import { expect } from '@jest/globals';
import type { Destination } from '../kinds/destination.js';
import type { Check } from './check.js';
import { names, snapshot, testDeployable, testSuccessor, using, type DestinationSubject } from './destination-subject.js';

/** What `rollback` and `settle` keep, where a plugin has them. Every instance may be the first after a crash: nothing is remembered in one alone. */
export const rollbackChecks: readonly Check<DestinationSubject>[] = [
  {
    title: 'puts back what an upload replaced, and changes nothing when asked again',
    run: async (subject) => {
      await using(subject, async (destination) => {
        if (destination.rollback === undefined) return;
        const { first, second, before } = await replacedOnce(subject, destination);
        for (let time = 1; time <= 2; time += 1) {
          await destination.rollback(second);
          expect(await snapshot(subject)).toEqual(before);
        }
        if (destination.verify === undefined) return;
        expect(await destination.verify(first)).toBe(true);
        expect(await destination.verify(second)).toBe(false);
      });
    },
  },
  {
    title: 'puts it back after a crash, also when the upload was begun anew in between',
    run: async (subject) => {
      for (const isBegunAnew of [false, true]) {
        const replaced: { certificate?: Awaited<ReturnType<typeof replacedOnce>> } = {};
        await using(subject, async (destination) => {
          if (destination.rollback !== undefined) replaced.certificate = await replacedOnce(subject, destination);
        });
        if (replaced.certificate === undefined) return;
        const { uploaded, second, before } = replaced.certificate;
        if (isBegunAnew) await using(subject, (destination) => destination.upload(uploaded));
        await using(subject, async (destination) => destination.rollback?.(second));
        expect(await snapshot(subject)).toEqual(before);
        await using(subject, async (destination) => destination.rollback?.(second));
        expect(await snapshot(subject)).toEqual(before);
      }
    },
  },
  {
    title: 'takes a certificate that was rolled back when it is uploaded once more',
    run: async (subject) => {
      await using(subject, async (destination) => {
        if (destination.rollback === undefined) return;
        const { uploaded, second, before } = await replacedOnce(subject, destination);
        await destination.rollback(second);
        await destination.upload(uploaded);
        if (destination.verify !== undefined) expect(await destination.verify(second)).toBe(true);
        await destination.rollback(second);
        expect(await snapshot(subject)).toEqual(before);
      });
    },
  },
  {
    title: 'rolls back a first upload to what was there, or leaves it; and one that never was changes nothing',
    run: async (subject) => {
      await using(subject, async (destination) => {
        if (destination.rollback === undefined) return;
        const certificate = testDeployable();
        const before = await snapshot(subject);
        await destination.rollback({ ...certificate, externalId: null });
        expect(await snapshot(subject)).toEqual(before);
        const { externalId } = await destination.upload(certificate);
        const uploaded = await snapshot(subject);
        await destination.rollback({ ...certificate, externalId });
        const after = await snapshot(subject);
        expect([JSON.stringify(before), JSON.stringify(uploaded)]).toContain(JSON.stringify(after));
      });
    },
  },
  {
    title: 'leaves a certificate that came after the one to be rolled back',
    run: async (subject) => {
      await using(subject, async (destination) => {
        if (destination.rollback === undefined) return;
        const { second, externalId } = await replacedOnce(subject, destination);
        await destination.settle?.(second);
        const third = testSuccessor(second, externalId);
        await destination.upload(third);
        await destination.settle?.({ ...third, externalId });
        const before = await snapshot(subject);
        await destination.rollback(second);
        expect(await snapshot(subject)).toEqual(before);
      });
    },
  },
  {
    title: 'lets go of what it kept when an upload is settled, also after a crash and again',
    run: async (subject) => {
      const kept: { settled?: Awaited<ReturnType<typeof replacedOnce>> } = {};
      await using(subject, async (destination) => {
        if (destination.settle !== undefined) kept.settled = await replacedOnce(subject, destination);
      });
      if (kept.settled === undefined) return;
      const { second, before } = kept.settled;
      for (let time = 1; time <= 2; time += 1) {
        await using(subject, async (destination) => {
          await destination.settle?.(second);
          expect(await names(subject)).toEqual(before.map(([name]) => name));
          if (destination.verify !== undefined) expect(await destination.verify(second)).toBe(true);
        });
      }
    },
  },
];

/** One certificate is there for good, another one has just been put in its place. */
async function replacedOnce(subject: DestinationSubject, destination: Destination) {
  const original = testDeployable();
  const { externalId } = await destination.upload(original);
  const first = { ...original, externalId };
  await destination.settle?.(first);
  const before = await snapshot(subject);
  const uploaded = testSuccessor(original, externalId);
  await destination.upload(uploaded);
  return { first, uploaded, second: { ...uploaded, externalId }, externalId, before };
}
