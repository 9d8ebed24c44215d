import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { untilAborted } from './until-aborted.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('work until a signal aborts', () => {
  it('has its own outcome, or the reason of the signal at once', async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(untilAborted(Promise.reject(new Error('its fault')), signal)).rejects.toThrow('its fault');
    const stopping = new AbortController();
    const waiting = untilAborted(new Promise(() => undefined), stopping.signal);
    stopping.abort(new Error('the service stops'));
    await expect(waiting).rejects.toThrow('the service stops');
    await expect(untilAborted(new Promise(() => undefined), stopping.signal)).rejects.toThrow('the service stops');
  });

  it('leaves nothing with a signal that lives on', async () => {
    const { signal } = new AbortController();
    const outcomes: WeakRef<object>[] = [];
    for (let count = 0; count < 200; count += 1) {
      const outcome = await untilAborted(Promise.resolve({ count }), signal);
      outcomes.push(new WeakRef(outcome));
    }
    await turn();
    collectGarbage();
    await turn();
    collectGarbage();
    expect(outcomes.filter((outcome) => outcome.deref() !== undefined).length).toBeLessThan(5);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
