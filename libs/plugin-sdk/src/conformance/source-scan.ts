import { createHash } from 'node:crypto';
import type { Finding, FoundCertificate, FoundEndpoint, Source, SourceFault } from '../kinds/source.js';
import { parsePluginOptions } from '../options/parse-plugin-options.js';
import { loopbackOutbound } from './loopback-outbound.js';
import type { GivenOption } from './plugin-checks.js';
import type { SourceSubject } from './source-subject.js';
import { testContext, type TestContext } from './test-context.js';

/** More than any place of a test holds: a source without an end fails instead of hanging. */
const maxFindings = 20_000;

/** An instance and its context; `changes` replace options of the same name. */
export function makeSource({ plugin, options, installed = {}, context: contextOf }: Pick<SourceSubject, 'plugin' | 'options' | 'installed' | 'context'>, changes: readonly GivenOption[] = []): { source: Source; context: TestContext } {
  const context = contextOf?.() ?? testContext({ outbound: loopbackOutbound() });
  const replaced = new Set(changes.map(({ name }) => name));
  const all = [...options.filter(({ name }) => !replaced.has(name)), ...changes];
  return { source: plugin.create(parsePluginOptions(plugin, all, { installed }), context), context };
}

export async function withSource(subject: SourceSubject, work: (source: Source, context: TestContext) => Promise<unknown>, changes: readonly GivenOption[] = []): Promise<void> {
  const { source, context } = makeSource(subject, changes);
  try {
    await work(source, context);
  } finally {
    await source.close?.();
  }
}

/** Everything that a scan finds. */
export async function findAll(source: Source, { resumeAfter = null, signal = new AbortController().signal }: { resumeAfter?: string | null; signal?: AbortSignal } = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of source.scan({ resumeAfter, signal })) {
    findings.push(finding);
    if (findings.length > maxFindings) throw new Error(`the scan found more than ${maxFindings} things`);
  }
  return findings;
}

/** Tells a scan to stop after so many findings, and whether it did; that it throws is as good as an end. */
export async function scanUntilStopped(source: Source, { afterFindings, limitMs }: { afterFindings: number; limitMs: number }): Promise<'ended' | 'went on'> {
  const controller = new AbortController();
  if (afterFindings === 0) controller.abort();
  let seen = 0;
  const scan = (async () => {
    for await (const _finding of source.scan({ resumeAfter: null, signal: controller.signal })) if ((seen += 1) >= afterFindings) controller.abort();
    return 'ended' as const;
  })().catch(() => 'ended' as const);
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<'went on'>((resolve) => (timer = setTimeout(() => resolve('went on'), limitMs)));
  return Promise.race([scan, limit]).finally(() => clearTimeout(timer));
}

export const certificatesOf = (findings: readonly Finding[]): FoundCertificate[] => findings.flatMap((finding) => (finding.kind === 'certificate' ? [finding.certificate] : []));
export const endpointsOf = (findings: readonly Finding[]): FoundEndpoint[] => findings.flatMap((finding) => (finding.kind === 'endpoint' ? [finding.endpoint] : []));
export const faultsOf = (findings: readonly Finding[]): SourceFault[] => findings.flatMap((finding) => (finding.kind === 'fault' ? [finding.fault] : []));

export const fingerprintOf = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');

/** A finding as text, whatever kind of byte arrays it is made of; empty for checkpoints, whose cursors may differ from run to run. */
export const keyOf = (finding: Finding): string => (finding.kind === 'checkpoint' ? '' : JSON.stringify(withText(finding, fingerprintOf)));

/** In an order that is always the same, without checkpoints. */
export const inOrder = (findings: readonly Finding[]): string[] => findings.map(keyOf).filter((key) => key !== '').sort();

/** A copy with text in place of bytes. */
export function withText(value: unknown, textOf: (bytes: Uint8Array) => string): unknown {
  if (value instanceof Uint8Array) return textOf(value);
  if (Array.isArray(value)) return value.map((each) => withText(each, textOf));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withText(each, textOf)]));
}
