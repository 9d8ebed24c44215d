import { describe, expect, it } from '@jest/globals';
import { counter, gauge, histogram, metricsText, observe, startProcessMetrics } from './index.js';

describe('metrics', () => {
  it('are read as Prometheus text', async () => {
    counter('test_calls', 'Calls', ['service']).add(2, { service: 'a' });
    gauge('test_backlog', 'Backlog').set(5, {});
    histogram('test_seconds', 'Time', ['service']).record(0.2, { service: 'a' });
    const text = await metricsText();

    expect(text).toContain('test_calls_total{service="a"} 2');
    expect(text).toContain('test_backlog 5');
    expect(text).toContain('test_seconds_bucket{service="a",le="0.25"} 1');
    expect(text).toContain('test_seconds_count{service="a"} 1');
  });

  it('can be asked for when they are read, until they are withdrawn', async () => {
    let asked = 0;
    const withdraw = observe('test_size', 'Size', () => [{ value: ++asked, labels: { queue: 'x' } }]);
    expect(await metricsText()).toContain('test_size{queue="x"} 1');
    withdraw();
    await metricsText();

    expect(asked).toBe(1);
  });

  it('stop growing with the values of a label', async () => {
    const calls = counter('test_flood', 'Flood', ['path']);
    for (let index = 0; index < 3_000; index++) calls.add(1, { path: String(index) });
    const lines = (await metricsText()).split('\n').filter((line) => line.startsWith('test_flood_total'));

    expect(lines.length).toBeLessThanOrEqual(2_000);
  });

  it('tell of memory, processor and event loop', async () => {
    startProcessMetrics();
    startProcessMetrics();
    const text = await metricsText();

    expect(text).toMatch(/process_resident_memory_bytes \d+/);
    expect(text.match(/process_event_loop_lag_seconds\{quantile="0.99"\}/g)).toHaveLength(1);
  });
});
