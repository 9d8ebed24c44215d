import { expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { follow } from './follow.js';

/** States one after the other, the last one again and again; time passes by sleeping alone. */
function world(states: (string | AppError)[]) {
  const said: string[] = [];
  const pauses: number[] = [];
  let time = 0;
  let asked = 0;
  const patience = {
    read: async () => {
      const state = states[Math.min(asked++, states.length - 1)];
      if (state === undefined || typeof state !== 'string') throw state ?? new Error('nothing was prepared');
      return state;
    },
    say: (text: string) => void said.push(text),
    sleep: async (ms: number) => {
      pauses.push(ms);
      time += ms;
    },
    now: () => time,
    limitMs: 60_000,
  };
  return { said, pauses, patience };
}

const story = { newsOf: (state: string) => `it is ${state}`, isOver: (state: string) => state === 'over', unfinished: (state: string) => `still ${state}` };

it('asks until it is over, ever more slowly, and says each news once', async () => {
  const { said, pauses, patience } = world(['begun', 'begun', 'begun', 'over']);
  expect(await follow('begun', story, patience)).toBe('over');
  expect(said).toEqual(['it is begun', 'it is over']);
  expect(pauses).toEqual([1_000, 1_500, 2_250, 3_375]);
});

it('asks nothing when it is over already', async () => {
  const { pauses, patience } = world([]);
  expect(await follow('over', story, patience)).toBe('over');
  expect(pauses).toEqual([]);
});

it('ends when patience ends, to the moment', async () => {
  const { pauses, patience } = world(['begun']);
  await expect(follow('begun', story, patience)).rejects.toMatchObject({ code: 'upstream_timeout', message: 'still begun' });
  expect(pauses.reduce((sum, pause) => sum + pause)).toBe(60_000);
});

it.each(['unavailable', 'rate_limited'] as const)('is not put off by a server that answers %s', async (code) => {
  expect(await follow('begun', story, world([new AppError(code, 'later'), 'over']).patience)).toBe('over');
});

it('says why it cannot be read any more', async () => {
  await expect(follow('begun', story, world([new AppError('not_found', 'gone')]).patience)).rejects.toMatchObject({ code: 'not_found' });
});
