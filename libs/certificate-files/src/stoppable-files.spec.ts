import { describe, expect, it } from '@jest/globals';
import type { FileStore } from './file-store.js';
import { stoppableFiles } from './stoppable-files.js';

/** Says which steps were begun. */
function telling(log: string[]): FileStore {
  const step = (what: string) => async () => void log.push(what);
  const read = async () => {
    log.push('read');
    return null;
  };
  return { machine: 'edge', makeFolder: step('makeFolder'), read, write: step('write'), keep: step('keep'), rename: step('rename'), remove: step('remove'), removeFolder: step('removeFolder') };
}

describe('files that can be stopped', () => {
  it('begin no step after that', async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const files = stoppableFiles(telling(log), controller.signal);
    await files.keep('a', 'b');
    controller.abort();
    const steps = [() => files.makeFolder('a'), () => files.read('a'), () => files.write('a', Buffer.of(), { mode: 0o600 }), () => files.keep('a', 'b'), () => files.rename([]), () => files.remove('a'), () => files.removeFolder('a')];
    for (const step of steps) await expect(step()).rejects.toMatchObject({ code: 'unavailable', message: 'edge: it was stopped before it was done' });
    expect(log).toEqual(['keep']);
  });
});
