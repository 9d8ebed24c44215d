import { expect } from '@jest/globals';
import type { Check } from './check.js';
import { names, snapshot, testDeployable, testSuccessor, using, type DestinationSubject } from './destination-subject.js';

/** What `remove` keeps, where a plugin has it. */
export const removalChecks: readonly Check<DestinationSubject>[] = [
  {
    title: 'removes what it uploaded and nothing else, also a second time',
    run: async (subject) => {
      await using(subject, async (destination) => {
        if (destination.remove === undefined) return;
        const [neighbour, certificate] = [testDeployable(), testDeployable()];
        const beside = await destination.upload(neighbour);
        await destination.settle?.({ ...neighbour, ...beside });
        const before = await snapshot(subject);
        const { externalId } = await destination.upload(certificate);
        await destination.settle?.({ ...certificate, externalId });
        await destination.remove({ ...certificate, externalId });
        expect(await snapshot(subject)).toEqual(before);
        if (destination.verify !== undefined) expect(await destination.verify({ ...certificate, externalId })).toBe(false);
        await destination.remove({ ...certificate, externalId });
        expect(await snapshot(subject)).toEqual(before);
        if (destination.verify !== undefined) expect(await destination.verify({ ...neighbour, ...beside })).toBe(true);
      });
    },
  },
  {
    title: 'removes what was never settled, with what was kept for a rollback',
    run: async (subject) => {
      await using(subject, async (destination) => {
        if (destination.remove === undefined || subject.keepsEach === true) return;
        const before = await snapshot(subject);
        const first = testDeployable();
        const { externalId } = await destination.upload(first);
        const second = testSuccessor(first, externalId);
        await destination.upload(second);
        await destination.remove({ ...second, externalId });
        expect(await snapshot(subject)).toEqual(before);
      });
    },
  },
  {
    title: 'leaves a certificate that took the place of the one to be removed',
    run: async (subject) => {
      await using(subject, async (destination) => {
        if (destination.remove === undefined || subject.keepsEach === true) return;
        const first = testDeployable();
        const { externalId } = await destination.upload(first);
        const second = testSuccessor(first, externalId);
        await destination.upload(second);
        await destination.settle?.({ ...second, externalId });
        const before = await snapshot(subject);
        await destination.remove({ ...first, externalId });
        expect(await snapshot(subject)).toEqual(before);
        await destination.remove({ ...first, externalId: null });
        expect(await snapshot(subject)).toEqual(before);
      });
    },
  },
  {
    title: 'leaves what others put beside it',
    run: async (subject) => {
      if (subject.plantBeside === undefined) return;
      await using(subject, async (destination) => {
        const certificate = testDeployable();
        const { externalId } = await destination.upload(certificate);
        await destination.settle?.({ ...certificate, externalId });
        const own = await subject.contents();
        await subject.plantBeside?.(certificate);
        const planted = await subject.contents();
        const foreign = [...planted].filter(([name, content]) => own.get(name)?.equals(content) !== true);
        expect(foreign).not.toEqual([]);
        const second = testSuccessor(certificate, externalId);
        await destination.upload(second);
        await destination.settle?.({ ...second, externalId });
        await destination.remove?.({ ...second, externalId });
        const left = await subject.contents();
        for (const [name, content] of foreign.filter(([name]) => !own.has(name))) expect(left.get(name)).toEqual(content);
      });
    },
  },
  {
    title: 'knows a name of the far side that no longer means anything for what it is',
    run: async (subject) => {
      await using(subject, async (destination) => {
        if (destination.remove === undefined) return;
        const gone = testDeployable();
        const { externalId } = await destination.upload(gone);
        await destination.remove({ ...gone, externalId });
        if (destination.verify !== undefined) expect(await destination.verify({ ...gone, externalId })).toBe(false);
        const successor = testSuccessor(gone, externalId);
        const { externalId: uploaded } = await destination.upload(successor);
        if (destination.verify !== undefined) expect(await destination.verify({ ...successor, externalId: uploaded })).toBe(true);
        expect(await names(subject)).not.toEqual([]);
      });
    },
  },
];
