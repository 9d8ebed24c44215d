import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@sifaka/observability';
import { Teardown } from './teardown.js';

const lines: string[] = [];
const logger = createLogger({ service: 'notify', destination: { write: (line: string) => void lines.push(line) } });
const never = () => new Promise<void>(() => undefined);

describe('the end of a service', () => {
  it('comes in the opposite order of its start, whatever one step throws', async () => {
    const order: string[] = [];
    const teardown = new Teardown(logger);
    for (const name of ['ground', 'house', 'roof']) {
      teardown.add(name, async () => {
        order.push(name);
        if (name === 'house') throw new Error('stuck');
      });
    }
    await Promise.all([teardown.run(1_000), teardown.run(1_000)]);

    expect(order).toEqual(['roof', 'house', 'ground']);
    expect(lines.at(-1)).toContain('"step":"house"');
  });

  it('leaves every step its share of one limit, however many hang', async () => {
    const limits: number[] = [];
    const teardown = new Teardown(
      createLogger({
        service: 'notify',
        destination: { write: (line) => void limits.push(Number(/no end within (\d+) ms/.exec(line)?.[1])) },
      }),
    );
    for (const name of ['first', 'second', 'third']) teardown.add(name, never);
    await teardown.run(1_000);

    expect(limits).toHaveLength(3);
    expect(limits[0]).toBeGreaterThan(500);
    expect(limits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(1_200);
  });
});
