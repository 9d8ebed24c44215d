import { isFinal, type Challenge, type Order, type OrderSnapshot } from './order.js';

/** One thing to do for an order; those of one answer can be done side by side. */
export type Action =
  | { kind: 'ask' | 'begin' | 'settle' | 'finalize' | 'collect' | 'expire' | 'close' }
  | { kind: 'read' | 'publish' | 'look' | 'answer' | 'poll' | 'remove' | 'remind'; challenge: Challenge };

export type ChallengeAction = Extract<Action, { challenge: Challenge }>;

/** What is due, or when something will be; `null` when nothing ever will. */
export type Due = { actions: readonly Action[] } | { waitUntil: Date | null };

/**
 * What an order needs next. The whole life of an order is in here: everything else does one thing and writes down what came of it.
 *
 * Records of challenges that are over are removed whatever the rest does, but only when it has nothing more urgent to do.
 */
export function nextActions(snapshot: OrderSnapshot, now: Date): Due {
  const main = isFinal(snapshot.order.state) ? leftOpen(snapshot.order, now) : work(snapshot, now);
  if ('actions' in main) return main;
  const cleaning = cleanUps(snapshot);
  const due = cleaning.filter(({ at }) => at <= now).map(({ action }) => action);
  if (due.length > 0) return { actions: due };
  return { waitUntil: earliest([main.waitUntil, ...cleaning.map(({ at }) => at)]) };
}

type Timed = { action: Action; at: Date };

const never: Due = { waitUntil: null };
const atOnce = new Date(0);

/** What the CA still holds open for an order that came to nothing, or signs all the same. */
function leftOpen(order: Order, now: Date): Due {
  if (order.state === 'issued' || order.isClosed || order.orderUrl === null) return never;
  if (order.pollAt !== null && order.pollAt > now) return { waitUntil: order.pollAt };
  return { actions: [{ kind: 'close' }] };
}

function work(snapshot: OrderSnapshot, now: Date): Due {
  const { order } = snapshot;
  if (now >= order.until) return { actions: [{ kind: 'expire' }] };
  if (order.nextTryAt !== null && order.nextTryAt > now) return { waitUntil: earliest([order.nextTryAt, order.until]) };
  const planned = steps(snapshot);
  const due = planned.filter(({ at }) => at <= now).map(({ action }) => action);
  if (due.length > 0) return { actions: due };
  return { waitUntil: earliest([order.until, ...planned.map(({ at }) => at)]) };
}

function steps({ order, challenges }: OrderSnapshot): Timed[] {
  const current = challenges.filter(({ round }) => round === order.round);
  switch (order.state) {
    case 'requested':
      return [{ action: { kind: 'ask' }, at: atOnce }];
    case 'ordered': {
      const unread = current.filter(isUnread);
      if (unread.length === 0) return [{ action: { kind: 'begin' }, at: atOnce }];
      return unread.map((challenge) => ({ action: { kind: 'read', challenge }, at: atOnce }));
    }
    case 'authorizing':
      if (current.every(isSettled)) return [{ action: { kind: 'settle' }, at: atOnce }];
      return current.flatMap(challengeStep);
    case 'ready':
      return [{ action: { kind: 'finalize' }, at: order.pollAt ?? atOnce }];
    case 'finalizing':
      return [{ action: { kind: 'collect' }, at: order.pollAt ?? atOnce }];
    default:
      return [];
  }
}

function challengeStep(challenge: Challenge): Timed[] {
  const at = challenge.pollAt ?? atOnce;
  switch (challenge.state) {
    case 'chosen':
      return [{ action: { kind: 'publish', challenge }, at }];
    // A destination has been asked: it answers by an event. Silence is not forever.
    case 'publishing':
      return [{ action: { kind: 'remind', challenge }, at }];
    case 'published':
      return [{ action: { kind: challenge.type === 'dns-01' ? 'look' : 'answer', challenge }, at }];
    case 'answered':
      return [{ action: { kind: 'poll', challenge }, at }];
    default:
      return [];
  }
}

function cleanUps({ order, challenges }: OrderSnapshot): Timed[] {
  const isOver = (challenge: Challenge) => isFinal(order.state) || challenge.round !== order.round || isSettled(challenge);
  return challenges
    .filter((challenge) => !challenge.isCleanedUp && isOver(challenge))
    .map((challenge) => ({ action: { kind: 'remove', challenge }, at: challenge.cleanUpAt ?? atOnce }));
}

function isUnread({ type, state }: Challenge): boolean {
  return state === 'chosen' && type === null;
}

function isSettled({ state }: Challenge): boolean {
  return state === 'valid' || state === 'skipped';
}

function earliest(dates: readonly (Date | null)[]): Date | null {
  const known = dates.flatMap((date) => (date === null ? [] : [date.getTime()]));
  return known.length === 0 ? null : new Date(Math.min(...known));
}
