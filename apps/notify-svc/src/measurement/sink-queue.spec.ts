import { describe, expect, it } from '@jest/globals';
import { AppError, fixedClock } from '@sifaka/kernel';
import { createLogger, metricsText } from '@sifaka/observability';
import type { Measurement, MetricSink } from '@sifaka/plugin-sdk';
import { SinkQueue } from './sink-queue.js';

const at = new Date('2026-11-22T10:00:00Z');
const some = (count: number, name = 'login'): Measurement[] => Array.from({ length: count }, () => ({ name, type: 'counter', value: 1, tags: {}, at }));

function aQueue(provider: string, submit: MetricSink['submit'], limitMs = 60_000) {
  const lines: string[] = [];
  const clock = fixedClock(at);
  let closed = 0;
  const sink: MetricSink = { submit, close: async () => void (closed += 1) };
  const logger = createLogger({ level: 'warn', destination: { write: (line: string) => void lines.push(line) } });
  return { queue: new SinkQueue({ provider, sink, logger, clock, limitMs }), clock, lines, closed: () => closed };
}

describe('what waits for a provider', () => {
  it('is handed over in its order, a thousand at most at once, one call after the other', async () => {
    const calls: number[] = [];
    let running = 0;
    const { queue, closed } = aQueue('in-order', async (batch) => {
      running += 1;
      expect(running).toBe(1);
      await Promise.resolve();
      calls.push(batch.length);
      running -= 1;
    });
    queue.add(some(1_500));
    queue.add(some(1_000));
    await queue.close(5_000);

    expect(calls).toEqual([1_000, 1_000, 500]);
    expect(closed()).toBe(1);
    expect(await metricsText()).toContain('sifaka_measurements_handed_over_total{provider="in-order"} 2500');
  });

  it('has a limit, and what is beyond it is counted as lost', async () => {
    const { queue, lines } = aQueue('slow', () => new Promise(() => {}));
    queue.add(some(1));
    queue.add(some(40_000));
    await queue.close(1);

    expect(await metricsText()).toContain('sifaka_measurements_lost_total{provider="slow",reason="no_room"} 10000');
    expect(lines).toHaveLength(1);
  });

  it('is told once a minute while the provider is away, with all that was lost', async () => {
    const { queue, clock, lines } = aQueue('away', () => Promise.reject(new AppError('unavailable', 'the Atlas sidecar cannot be reached (ECONNREFUSED)')));
    const addAndWait = async () => {
      queue.add(some(2));
      await new Promise((resolve) => setImmediate(resolve));
    };
    for (let second = 0; second < 60; second += 1) {
      await addAndWait();
      clock.advance(1_000);
    }
    await addAndWait();

    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { provider: 'away', lost: 2, code: 'unavailable', reason: 'the Atlas sidecar cannot be reached (ECONNREFUSED)' },
      { provider: 'away', lost: 120 },
    ]);
    expect(await metricsText()).toContain('sifaka_measurements_lost_total{provider="away",reason="refused"} 122');
  });

  it('goes on when one call never ends', async () => {
    const calls: string[] = [];
    const { queue } = aQueue('stuck', (batch) => {
      calls.push(batch[0]?.name ?? '');
      return calls.length === 1 ? new Promise(() => {}) : Promise.resolve();
    }, 5);
    queue.add(some(1_000, 'first'));
    queue.add(some(1, 'second'));
    await queue.close(5_000);

    expect(calls).toEqual(['first', 'second']);
  });
});
