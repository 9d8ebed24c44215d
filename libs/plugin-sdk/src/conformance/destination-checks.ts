import { createHash, randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { AppError, type ErrorCode } from '@sifaka/kernel';
import type { Plugin } from '../define-plugin.js';
import type { DeployableCertificate, Destination, DestinationContext } from '../kinds/destination.js';
import { parsePluginOptions } from '../options/parse-plugin-options.js';
import { describeChecks, type Check } from './check.js';
import { loopbackOutbound } from './loopback-outbound.js';
import { pluginChecks, type GivenOption } from './plugin-checks.js';
import { testContext, type TestContext } from './test-context.js';
import { testPath } from './test-path.js';

export interface DestinationSubject {
  plugin: Plugin<'destination'>;
  /** Options with which the plugin works, as a client sends them. */
  options: readonly GivenOption[];
  /** What the far side holds now, by path or key below what the options name; read with software other than the plugin. */
  contents(): Promise<ReadonlyMap<string, Buffer>> | ReadonlyMap<string, Buffer>;
  /** Options that the far side refuses, in place of those of the same name; none where it refuses nobody. */
  wrongCredentials: readonly GivenOption[];
  /** Options that lead to an address where nobody is, in place of those of the same name. */
  away: readonly GivenOption[];
  exportWith?: DestinationContext['exportWith'];
}

let counter = 0;

/** A certificate with its key and chain, of a common name that no other test uses. */
export function testDeployable(changes: Partial<DeployableCertificate> = {}): DeployableCertificate {
  const { certificateDer, chainDer, privateKeyPkcs8Der } = testPath('ECCPRIME256V1');
  const name = `conformance-${(counter += 1)}.example.test`;
  return { name, commonName: name, certificateDer, chainDer, privateKeyPkcs8Der, fingerprint: createHash('sha256').update(certificateDer).digest('hex'), ...changes };
}

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
        const { externalId } = await destination.upload(certificate);
        const after = await names(subject);
        const added = after.filter((name) => !before.includes(name));
        expect(added.length).toBeGreaterThan(0);
        for (const name of added) expect(name).toContain(certificate.name);
        if (destination.verify !== undefined) expect(await destination.verify({ ...certificate, externalId })).toBe(true);
        expect(await destination.upload(certificate)).toEqual({ externalId });
        expect(await names(subject)).toEqual(after);
      });
    },
  },
  {
    title: 'replaces what it uploaded under the same name before',
    run: async (subject) => {
      const first = testDeployable();
      const second = { ...testDeployable(), name: first.name, commonName: first.commonName };
      await using(subject, async (destination) => {
        await destination.upload(first);
        const before = await subject.contents();
        if (destination.verify !== undefined) expect(await destination.verify({ ...second, externalId: null })).toBe(false);
        await destination.upload(second);
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
    run: (subject) => failsEverywhere(subject, subject.away, ['unavailable', 'upstream_failed', 'upstream_timeout']),
  },
];

/** The suite of destination plugins. */
export function describeDestination(subject: DestinationSubject): void {
  describeChecks(`plugin ${subject.plugin.slug}`, pluginChecks, subject);
  describeChecks(`destination plugin ${subject.plugin.slug}`, destinationChecks, subject);
}

/** An instance and its context; `changes` replace options of the same name. */
export function makeDestination({ plugin, options, exportWith }: DestinationSubject, changes: readonly GivenOption[] = []): { destination: Destination; context: TestContext } {
  const context = testContext({ outbound: loopbackOutbound(), ...(exportWith !== undefined && { exportWith }) });
  const replaced = new Set(changes.map(({ name }) => name));
  const all = [...options.filter(({ name }) => !replaced.has(name)), ...changes];
  return { destination: plugin.create(parsePluginOptions(plugin, all), context), context };
}

export async function using(subject: DestinationSubject, work: (destination: Destination) => Promise<unknown>, changes: readonly GivenOption[] = []): Promise<TestContext> {
  const { destination, context } = makeDestination(subject, changes);
  try {
    await work(destination);
  } finally {
    await destination.close?.();
  }
  return context;
}

async function failsEverywhere(subject: DestinationSubject, changes: readonly GivenOption[], codes: readonly ErrorCode[]): Promise<void> {
  const certificate = testDeployable();
  const token = aToken();
  const context = await using(
    subject,
    async (destination) => {
      const operations = [() => destination.check?.(), () => destination.upload(certificate), () => destination.uploadToken?.(token), () => destination.removeToken?.(token)];
      for (const operation of operations) {
        const asked = operation();
        if (asked === undefined) continue;
        const fault = await faultOf(asked);
        expect(codes).toContain(fault.code);
        expect(fault.message.length).toBeGreaterThan(10);
        for (const secret of secretsOf(subject, changes)) expect(`${fault.message} ${JSON.stringify(fault.toData())}`).not.toContain(secret);
      }
    },
    changes,
  );
  for (const secret of secretsOf(subject, changes)) expect(context.logged.join('\n')).not.toContain(secret);
}

function secretsOf({ plugin, options }: DestinationSubject, changes: readonly GivenOption[]): string[] {
  const sensitive = new Set(plugin.pluginOptions().flatMap(({ name, sensitive: isSecret }) => (isSecret === true ? [name] : [])));
  return [...options, ...changes].flatMap(({ name, value }) => (sensitive.has(name) && typeof value === 'string' ? [value] : []));
}

async function faultOf(operation: Promise<unknown>): Promise<AppError> {
  const outcome = await operation.then(
    (value) => value,
    (error: unknown) => error,
  );
  if (outcome instanceof AppError) return outcome;
  throw new Error(`expected an AppError, got ${String(outcome)}`);
}

function aToken() {
  const token = randomBytes(32).toString('base64url');
  return { token, path: `.well-known/acme-challenge/${token}`, content: `${token}.${randomBytes(32).toString('base64url')}` };
}

const names = async (subject: DestinationSubject): Promise<string[]> => [...(await subject.contents()).keys()].sort();

const contentOf = (contents: ReadonlyMap<string, Buffer>, token: string): string | undefined => [...contents].find(([name]) => name === token || name.endsWith(`/${token}`))?.[1].toString();
