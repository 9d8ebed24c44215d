import { createHash, randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { AppError, type ErrorCode } from '@sifaka/kernel';
import type { Plugin } from '../define-plugin.js';
import type { DeployableCertificate, Destination, DestinationContext } from '../kinds/destination.js';
import { parsePluginOptions } from '../options/parse-plugin-options.js';
import { loopbackOutbound } from './loopback-outbound.js';
import type { GivenOption } from './plugin-checks.js';
import { testContext, type TestContext } from './test-context.js';
import { testPath } from './test-path.js';

export interface DestinationSubject {
  plugin: Plugin<'destination'>;
  /** Options with which the plugin works, as a client sends them. Certificates of different names must have different places. */
  options: readonly GivenOption[];
  /** What the administrator of the installation set, for `installationOnly` values. */
  installed?: Readonly<Record<string, unknown>>;
  /** What the far side holds now, by path or key below what the options name; read with software other than the plugin. */
  contents(): Promise<ReadonlyMap<string, Buffer>> | ReadonlyMap<string, Buffer>;
  /** Puts something of somebody else's right beside what the plugin uploaded of this certificate, where there can be such a thing; `contents` shows it. */
  plantBeside?(certificate: DeployableCertificate): Promise<void> | void;
  /** Options that the far side refuses, in place of those of the same name; none where it refuses nobody. */
  wrongCredentials: readonly GivenOption[];
  /** Options that lead to an address where nobody is, in place of those of the same name; none for a destination that cannot be away. */
  away: readonly GivenOption[];
  exportWith?: DestinationContext['exportWith'];
  /** What is there is never changed: an upload under the name of another certificate is refused, and each has its own place. */
  keepsEach?: true;
}

let counter = 0;

/** A certificate with its key and chain, of a common name that no other test uses. */
export function testDeployable(changes: Partial<DeployableCertificate> = {}): DeployableCertificate {
  const { certificateDer, chainDer, privateKeyPkcs8Der } = testPath('ECCPRIME256V1');
  const name = `conformance-${(counter += 1)}.example.test`;
  return { name, commonName: name, certificateDer, chainDer, privateKeyPkcs8Der, fingerprint: createHash('sha256').update(certificateDer).digest('hex'), ...changes };
}

/** What comes after a certificate, under its name; it says what it replaces. */
export function testSuccessor(before: DeployableCertificate, externalId: string | null): DeployableCertificate {
  return { ...testDeployable(), name: before.name, commonName: before.commonName, replaces: [{ ...before, externalId }] };
}

/** An instance and its context; `changes` replace options of the same name. */
export function makeDestination({ plugin, options, installed = {}, exportWith }: DestinationSubject, changes: readonly GivenOption[] = []): { destination: Destination; context: TestContext } {
  const context = testContext({ outbound: loopbackOutbound(), ...(exportWith !== undefined && { exportWith }) });
  const replaced = new Set(changes.map(({ name }) => name));
  const all = [...options.filter(({ name }) => !replaced.has(name)), ...changes];
  return { destination: plugin.create(parsePluginOptions(plugin, all, { installed }), context), context };
}

/** One instance for some work; closed whatever comes. */
export async function using(subject: DestinationSubject, work: (destination: Destination) => Promise<unknown>, changes: readonly GivenOption[] = []): Promise<TestContext> {
  const { destination, context } = makeDestination(subject, changes);
  try {
    await work(destination);
  } finally {
    await destination.close?.();
  }
  return context;
}

/** Every operation that cannot be done without the far side ends in one of these codes, and none shows a secret. */
export async function failsEverywhere(subject: DestinationSubject, changes: readonly GivenOption[], codes: readonly ErrorCode[]): Promise<void> {
  const certificate = testDeployable();
  const deployed = { ...certificate, externalId: null };
  const token = aToken();
  const context = await using(
    subject,
    async (destination) => {
      const operations = [
        () => destination.check?.(),
        () => destination.upload(certificate),
        () => destination.verify?.(deployed),
        () => destination.remove?.(deployed),
        () => destination.rollback?.(deployed),
        () => destination.uploadToken?.(token),
        () => destination.removeToken?.(token),
        () => destination.publish?.({ name: 'conformance.crl', mediaType: 'application/pkix-crl', content: randomBytes(8) }),
        () => destination.unpublish?.({ name: 'conformance.crl' }),
      ];
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

export async function faultOf(operation: Promise<unknown>): Promise<AppError> {
  const outcome = await operation.then(
    (value) => value,
    (error: unknown) => error,
  );
  if (outcome instanceof AppError) return outcome;
  throw new Error(`expected an AppError, got ${String(outcome)}`);
}

export function aToken() {
  const token = randomBytes(32).toString('base64url');
  return { token, path: `.well-known/acme-challenge/${token}`, content: `${token}.${randomBytes(32).toString('base64url')}` };
}

export const names = async (subject: DestinationSubject): Promise<string[]> => [...(await subject.contents()).keys()].sort();

/** For comparison: what is there, in hex, sorted by name. */
export const snapshot = async (subject: DestinationSubject): Promise<[string, string][]> =>
  [...(await subject.contents())].map(([name, content]): [string, string] => [name, content.toString('hex')]).sort(([one], [other]) => (one < other ? -1 : 1));

export const contentOf = (contents: ReadonlyMap<string, Buffer>, token: string): string | undefined => [...contents].find(([name]) => name === token || name.endsWith(`/${token}`))?.[1].toString();
