import { AppError, toAppError } from '@sifaka/kernel';

export interface Patience<T> {
  /** Reads it again. @throws AppError */
  read: () => Promise<T>;
  say: (text: string) => void;
  sleep: (ms: number) => Promise<void>;
  /** Milliseconds of any clock that goes forward. */
  now: () => number;
  limitMs: number;
}

interface Story<T> {
  /** What a person is told of it, each news once. */
  newsOf: (state: T) => string;
  isOver: (state: T) => boolean;
  /** What a person is told when patience ends first. */
  unfinished: (state: T) => string;
}

const shortestPauseMs = 1_000;
const longestPauseMs = 10_000;

/**
 * Looks again and again at something that the platform does by itself, until that is over.
 *
 * @throws AppError `upstream_timeout` when patience ends first, or why it cannot be read
 */
export async function follow<T>(first: T, { newsOf, isOver, unfinished }: Story<T>, { read, say, sleep, now, limitMs }: Patience<T>): Promise<T> {
  const end = now() + limitMs;
  let state = first;
  let said = '';
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const news = newsOf(state);
    if (news !== said) say(news);
    said = news;
    if (isOver(state)) return state;
    if (now() >= end) throw new AppError('upstream_timeout', unfinished(state));
    await sleep(Math.min(pauseMs, Math.max(end - now(), 0)));
    state = await readAgain(state, read);
  }
}

/** A server that restarts meanwhile does not end the wait. */
async function readAgain<T>(before: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'unavailable' || error.code === 'rate_limited') return before;
    throw error;
  }
}
