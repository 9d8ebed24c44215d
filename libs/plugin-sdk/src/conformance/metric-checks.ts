import { expect } from '@jest/globals';
import { isAppError } from '@sifaka/kernel';
import type { Measurement } from '../kinds/outbound.js';
import { describeChecks, type Check } from './check.js';
import { aMeasurement, arrivedWhen, withSink, type MetricSinkSubject } from './metric-subject.js';
import { metricFaultChecks } from './metric-fault-checks.js';
import { pluginChecks } from './plugin-checks.js';

export const metricChecks: readonly Check<MetricSinkSubject>[] = [
  ...(['counter', 'gauge', 'timer'] as const).map((type): Check<MetricSinkSubject> => ({
    title: `hands over a ${type} with its name, value and tags`,
    run: (subject) => expectArrival(subject, aMeasurement({ type, value: type === 'counter' ? 3 : 12.5, tags: { status: 'failure', source: 'eu-west-1' } })),
  })),
  {
    title: 'hands over what has no tags',
    run: (subject) => expectArrival(subject, aMeasurement({ tags: {} })),
  },
  {
    title: 'tells times of Lemur and of today to the second, in UTC',
    run: async (subject) => {
      const measurement = aMeasurement({ type: 'gauge', at: new Date(Math.floor(Date.now() / 1_000) * 1_000 - 60_000) });
      await withSink(subject, (sink) => sink.submit([measurement]));
      const [found] = await arrivedWhen(subject, measurement.name, (all) => all.length > 0);
      if (found?.at !== undefined) expect(found.at.getTime()).toBe(measurement.at.getTime());
    },
  },
  {
    title: 'adds to what was counted before',
    run: async (subject) => {
      const measurement = aMeasurement();
      await withSink(subject, async (sink) => {
        await sink.submit([measurement, { ...measurement, value: 2 }]);
        await sink.submit([{ ...measurement, value: 4 }]);
      });
      expect(sum(await arrivedWhen(subject, measurement.name, (all) => sum(all) >= 7))).toBe(7);
    },
  },
  {
    title: 'tells measurements with other tags apart',
    run: async (subject) => {
      const measurement = aMeasurement();
      await withSink(subject, (sink) => sink.submit([measurement, { ...measurement, tags: { status: 'failure' } }, { ...measurement, tags: {} }]));
      const found = await arrivedWhen(subject, measurement.name, (all) => all.length >= 3);
      expect(new Set(found.map(({ tags }) => tags.status))).toEqual(new Set(['success', 'failure', undefined]));
    },
  },
  {
    title: 'keeps every duration of a thousand that come at once',
    run: async (subject) => {
      const measurement = aMeasurement({ type: 'timer' });
      await withSink(subject, (sink) => sink.submit(Array.from({ length: 1_000 }, (_, index) => ({ ...measurement, value: index }))));
      const found = await arrivedWhen(subject, measurement.name, (all) => all.length >= 1_000);
      expect(sum(found)).toBe((999 * 1_000) / 2);
    },
  },
  {
    title: 'makes of hostile texts nothing but texts',
    run: async (subject) => {
      const { name } = aMeasurement();
      const injected = `${name}_injected`;
      const texts = ['a b,c=d;e|f#g:h', `x\n${injected}:1|c\n${injected} value=1`, '"quoted" \\ back\\', '', ' ', '\u0000\u001b[2J', 'ü漢字🙂', '*', 'x'.repeat(256)];
      for (const [index, text] of texts.entries()) {
        const measurement = aMeasurement({ name: `${name}_${index}`, tags: { plain: 'text', hostile: text } });
        await expectArrival(subject, measurement);
        if (text !== '') await expectArrival(subject, aMeasurement({ name: `${name}_${index}_key`, tags: { [text]: 'value' } }));
      }
      await expectArrival(subject, aMeasurement({ name: `${name} a,b=c;d|e#f:g\nh` }));
      expect(await subject.arrived(injected)).toEqual([]);
    },
  },
  {
    title: 'takes values that are no number, very large and below zero, and goes on',
    run: async (subject) => {
      const odd = [Number.NaN, 1e300, -5, 0.1 + 0.2, 1e-9].map((value) => aMeasurement({ type: 'gauge', value }));
      const after = aMeasurement();
      await withSink(subject, (sink) => sink.submit([...odd, after]));
      expect(await arrivedWhen(subject, after.name, (all) => all.length > 0)).toHaveLength(1);
      const [nan] = odd;
      if (nan !== undefined) expect((await subject.arrived(subject.written?.(nan.name, 'name') ?? nan.name)).length > 0).toBe(subject.takesNan === true);
      for (const { name, value } of odd.slice(1)) expect((await arrivedWhen(subject, name, (all) => all.length > 0))[0]?.value).toBeCloseTo(value, 9);
    },
  },
  {
    title: 'leaves what it is given as it was, and takes nothing as well',
    run: async (subject) => {
      const measurement = Object.freeze({ ...aMeasurement(), tags: Object.freeze({ status: 'success' }) });
      await withSink(subject, async (sink) => {
        await sink.submit(Object.freeze([measurement]));
        await sink.submit([]);
      });
    },
  },
  {
    title: 'ends twice, and works again as one made anew',
    run: async (subject) => {
      for (let round = 0; round < 2; round += 1) {
        const measurement = aMeasurement();
        await withSink(subject, async (sink) => {
          await sink.submit([measurement]);
          await sink.close?.();
        });
        expect(await arrivedWhen(subject, measurement.name, (all) => all.length > 0)).toHaveLength(1);
      }
    },
  },
  {
    title: 'proves that the far side is there, where that can be known',
    run: (subject) =>
      withSink(subject, async (sink) => {
        expect(sink.check === undefined).toBe(subject.speaks === 'datagrams');
        await sink.check?.();
      }),
  },
  {
    title: 'is closed before it was used',
    run: (subject) => withSink(subject, () => Promise.resolve()),
  },
];

/** The suite of metric plugins. */
export function describeMetricSink(subject: MetricSinkSubject): void {
  describeChecks(`plugin ${subject.plugin.slug}`, pluginChecks, subject);
  describeChecks(`metric plugin ${subject.plugin.slug}`, metricChecks, subject);
  describeChecks(`metric plugin ${subject.plugin.slug} when the far side fails`, metricFaultChecks, subject);
}

async function expectArrival(subject: MetricSinkSubject, measurement: Measurement): Promise<void> {
  const { name, type, value, tags } = measurement;
  await withSink(subject, (sink) => sink.submit([measurement])).catch((error: unknown) => {
    throw isAppError(error) ? new Error(`${error.code}: ${error.message}`) : error;
  });
  const found = await arrivedWhen(subject, name, (all) => all.length > 0);
  const write = (text: string, what: 'tag' | 'value') => subject.written?.(text, what) ?? text;
  // What cannot be written is left out.
  const expected = Object.entries(tags).flatMap(([key, text]) => (key === '' || text === '' ? [] : [[write(key, 'tag'), write(text, 'value')] as const]));
  expect(found.map((each) => ({ type: each.type, value: each.value, tags: withoutEmpty(each.tags) }))).toEqual([{ type, value, tags: Object.fromEntries(expected) }]);
}

const withoutEmpty = (tags: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(tags).filter(([, text]) => text !== ''));

const sum = (found: readonly { value: number }[]): number => found.reduce((total, { value }) => total + value, 0);
