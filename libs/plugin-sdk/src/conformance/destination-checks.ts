import { expect } from '@jest/globals';
import { describeChecks, type Check } from './check.js';
import { publishChecks } from './destination-publish-checks.js';
import { rollbackChecks } from './destination-rollback-checks.js';
import type { DeployableCertificate } from '../kinds/destination.js';
import { aToken, contentOf, failsEverywhere, faultOf, names, snapshot, testDeployable, testSuccessor, using, type DestinationSubject } from './destination-subject.js';
import { removalChecks } from './destination-removal-checks.js';
import { pluginChecks } from './plugin-checks.js';

export const destinationChecks: readonly Check<DestinationSubject>[] = [
  {
    title: 'proves that the far side accepts the options, and leaves nothing behind',
    run: async (subject) => {
      const before = await names(subject);
      await using(subject, (destination) => destination.check?.() ?? Promise.resolve());
      expect(await names(subject)).toEqual(before);
    },
  },
  {
    title: 'uploads, and changes nothing by uploading again',
    run: async (subject) => {
      const certificate = testDeployable();
      await using(subject, async (destination) => {
        const before = await names(subject);
        if (destination.verify !== undefined) expect(await destination.verify({ ...certificate, externalId: null })).toBe(false);
        const { externalId } = await destination.upload(certificate);
        if (destination.placeFor !== undefined) expect(await destination.placeFor({ ...certificate, externalId: null })).toBe(externalId);
        const after = await names(subject);
        const added = after.filter((name) => !before.includes(name));
        expect(added.length).toBeGreaterThan(0);
        for (const name of added) expect(name).toContain(certificate.name);
        if (destination.verify !== undefined) expect(await destination.verify({ ...certificate, externalId })).toBe(true);
        expect(await destination.upload(certificate)).toMatchObject({ externalId });
        expect(await names(subject)).toEqual(after);
      });
    },
  },
  {
    title: 'replaces what it uploaded under the same name before, or refuses to',
    run: async (subject) => {
      const first = testDeployable();
      if (subject.keepsEach === true) return refusesSuccessor(subject, first);
      await using(subject, async (destination) => {
        const { externalId } = await destination.upload(first);
        await destination.settle?.({ ...first, externalId });
        const before = await subject.contents();
        const second = testSuccessor(first, externalId);
        if (destination.verify !== undefined) expect(await destination.verify({ ...second, externalId })).toBe(false);
        expect(await destination.upload(second)).toEqual({ externalId });
        if (destination.verify !== undefined) {
          expect(await destination.verify({ ...second, externalId })).toBe(true);
          expect(await destination.verify({ ...first, externalId })).toBe(false);
        }
        await destination.settle?.({ ...second, externalId });
        const after = await subject.contents();
        expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
        expect([...after].filter(([name, content]) => before.get(name)?.equals(content) === false)).not.toHaveLength(0);
      });
    },
  },
  {
    title: 'puts tokens of challenges as they are, again without harm, and removes each alone',
    run: async (subject) => {
      await using(subject, async (destination) => {
        if (destination.uploadToken === undefined) return;
        const before = await names(subject);
        const [one, other] = [aToken(), aToken()];
        for (const token of [one, other, one]) await destination.uploadToken(token);
        const contents = await subject.contents();
        expect(contentOf(contents, one.token)).toBe(one.content);
        expect(contentOf(contents, other.token)).toBe(other.content);
        await destination.removeToken?.(one);
        const left = await subject.contents();
        expect(contentOf(left, one.token)).toBeUndefined();
        expect(contentOf(left, other.token)).toBe(other.content);
        await destination.removeToken?.(one);
        await destination.removeToken?.(other);
        expect(await names(subject)).toEqual(before);
      });
    },
  },
  {
    title: 'takes no token that leads out of its folder',
    run: async (subject) => {
      await using(subject, async (destination) => {
        for (const path of ['.well-known/acme-challenge/..', '.well-known/acme-challenge/a b', '']) {
          if (destination.uploadToken === undefined) return;
          expect((await faultOf(destination.uploadToken({ path, content: 'x' }))).code).toBe('invalid_argument');
        }
      });
    },
  },
  {
    title: 'says so when its credentials are refused, in every operation, without showing them',
    run: async (subject) => {
      if (subject.wrongCredentials.length > 0) await failsEverywhere(subject, subject.wrongCredentials, ['permission_denied', 'failed_precondition']);
    },
  },
  {
    title: 'says so when nobody is there, in every operation',
    run: async (subject) => {
      if (subject.away.length > 0) await failsEverywhere(subject, subject.away, ['unavailable', 'upstream_failed', 'upstream_timeout']);
    },
  },
  {
    title: 'names the addresses where it serves by its options alone',
    run: async (subject) => {
      const context = await using(subject, async (destination) => {
        for (const { host, port } of destination.endpoints?.({ ...testDeployable(), externalId: null }) ?? []) {
          expect(host).not.toBe('');
          expect(port).toBeGreaterThan(0);
        }
      });
      expect(context.uses).toEqual([]);
    },
  },
  ...removalChecks,
  ...rollbackChecks,
  ...publishChecks,
];

async function refusesSuccessor(subject: DestinationSubject, first: DeployableCertificate): Promise<void> {
  await using(subject, async (destination) => {
    const { externalId } = await destination.upload(first);
    const before = await snapshot(subject);
    const second = testSuccessor(first, externalId);
    expect((await faultOf(destination.upload(second))).code).toBe('failed_precondition');
    if (destination.verify !== undefined) expect(await destination.verify({ ...second, externalId: null })).toBe(false);
    await destination.remove?.({ ...second, externalId: null });
    expect(await snapshot(subject)).toEqual(before);
  });
}

/** The suite of destination plugins. */
export function describeDestination(subject: DestinationSubject): void {
  describeChecks(`plugin ${subject.plugin.slug}`, pluginChecks, subject);
  describeChecks(`destination plugin ${subject.plugin.slug}`, destinationChecks, subject);
}
