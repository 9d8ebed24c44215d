import type { Outbound } from '../context.js';
import type { Plugin } from '../define-plugin.js';
import type { Measurement, MetricSink } from '../kinds/outbound.js';
import { parsePluginOptions } from '../options/parse-plugin-options.js';
import { loopbackOutbound } from './loopback-outbound.js';
import type { GivenOption } from './plugin-checks.js';
import { testContext, type TestContext } from './test-context.js';

/** A measurement as the far side has it. */
export interface ArrivedMeasurement {
  name: string;
  type: Measurement['type'];
  value: number;
  tags: Readonly<Record<string, string>>;
  /** Where the far side keeps it. */
  at?: Date;
}

export interface MetricSinkSubject {
  plugin: Plugin<'metric'>;
  /** Options with which the plugin works. */
  options: readonly GivenOption[];
  /**
   * What has arrived at the far side under this name, read with software other than the plugin. Counts of the same tags may have been added
   * up, a gauge may be the last of several.
   */
  arrived(name: string): readonly ArrivedMeasurement[] | Promise<readonly ArrivedMeasurement[]>;
  /** How the far side writes texts: what it cannot hold becomes something else. Default: as they are. */
  written?(text: string, what: 'name' | 'tag' | 'value'): string;
  /** Options that lead the plugin to another address, in place of those of the same name. */
  at(address: { host: string; port: number }): readonly GivenOption[];
  /** `datagrams`: nobody answers, so nobody is missed. */
  speaks: 'http' | 'tcp' | 'datagrams';
  /** Options that the far side refuses; null where it refuses nobody. */
  wrongCredentials: readonly GivenOption[] | null;
  /** How long what was sent may take to be seen, in milliseconds; default 8,000. */
  arrivalLimitMs?: number;
  /** What the far side takes for a value that is no number; default: it takes none, and the measurement is left out. */
  takesNan?: true;
}

let counter = 0;

/** A measurement whose name no other test uses. */
export function aMeasurement(changes: Partial<Measurement> = {}): Measurement {
  counter += 1;
  return { name: `conformance.metric_${process.pid}_${counter}`, type: 'counter', value: 1, tags: { status: 'success' }, at: new Date(), ...changes };
}

/** An instance and its context; `changes` replace options of the same name. */
export function makeSink(subject: MetricSinkSubject, changes: readonly GivenOption[] = [], outbound: Outbound = loopbackOutbound()): { sink: MetricSink; context: TestContext } {
  const context = testContext({ outbound, now: new Date() });
  const replaced = new Set(changes.map(({ name }) => name));
  const options = [...subject.options.filter(({ name }) => !replaced.has(name)), ...changes];
  return { sink: subject.plugin.create(parsePluginOptions(subject.plugin, options), context), context };
}

/** One instance for some work; closed whatever comes. */
export async function withSink<Result>(subject: MetricSinkSubject, work: (sink: MetricSink, context: TestContext) => Promise<Result>, changes: readonly GivenOption[] = []): Promise<Result> {
  const { sink, context } = makeSink(subject, changes);
  try {
    return await work(sink, context);
  } finally {
    await sink.close?.();
  }
}

/** What has arrived, as soon as it is enough. */
export async function arrivedWhen(subject: MetricSinkSubject, name: string, isEnough: (found: readonly ArrivedMeasurement[]) => boolean): Promise<readonly ArrivedMeasurement[]> {
  const written = subject.written?.(name, 'name') ?? name;
  for (const endAt = performance.now() + (subject.arrivalLimitMs ?? arrivalLimitMs); ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const found = await subject.arrived(written);
    if (isEnough(found) || performance.now() > endAt) return found;
  }
}

const arrivalLimitMs = 8_000;
