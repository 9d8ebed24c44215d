import { AppError } from '@sifaka/kernel';
import { failed } from './endings.js';
import { judge, mostStrikes, textOf, type Verdict } from './judge.js';
import type { ChallengePatch, Order, OrderProgress } from './order.js';
import { afterFault, afterStrike } from './pauses.js';
import type { Step } from './step.js';

export interface Circumstances {
  readonly now: Date;
  /** 0 to 1. */
  readonly random: number;
  /** Pause after the first failure that counts. */
  readonly retryMs: number;
}

/** An order that has moved on begins anew to count looks and faults; old errors are past. */
export function movedOn(state: OrderProgress['state'], change: Partial<OrderProgress> = {}): Partial<OrderProgress> {
  return { state, polls: 0, pollAt: null, faults: 0, nextTryAt: null, notBefore: null, ...change };
}

/**
 * What a failure leads to: another try later, another order at the CA, or the end.
 *
 * @param what names order and identifier, for whoever reads the error
 * @param isOver the CA's order is of no use any more
 */
export function failure(order: Order, error: unknown, what: string, circumstances: Circumstances, isOver = false): Step {
  return failureOf(order, { text: `${textOf(error)}${what}`, verdict: judge(error), retryAfterMs: error instanceof AppError ? (error.retryAfterMs ?? null) : null, isOver }, circumstances);
}

export interface Failure {
  readonly text: string;
  readonly verdict: Verdict;
  readonly retryAfterMs: number | null;
  readonly isOver: boolean;
}

export function failureOf(order: Order, { text, verdict, retryAfterMs, isOver }: Failure, { now, random, retryMs }: Circumstances): Step {
  const later = (ms: number) => new Date(now.getTime() + ms);
  if (verdict === 'pause') return { order: { nextTryAt: later(afterFault(0, retryAfterMs, random)) } };

  const attempts = order.attempts + 1;
  const lastError = text.slice(0, 4_000);
  const notBefore = retryAfterMs === null ? null : later(retryAfterMs);
  if (verdict === 'fault') {
    const faults = order.faults + 1;
    return { order: { attempts, faults, lastError, notBefore, nextTryAt: later(afterFault(faults, retryAfterMs, random)), ...(isOver && anew(order)) } };
  }
  const strikes = order.strikes + 1;
  if (verdict === 'fatal' || strikes >= mostStrikes) return givenUp({ ...order, attempts, strikes, lastError }, now);
  const pauseMs = Math.max(retryAfterMs ?? 0, afterStrike(strikes, retryMs, random));
  return { order: { attempts, strikes, lastError, notBefore, nextTryAt: later(pauseMs), ...(isOver && anew(order)) } };
}

/** The end without a certificate. `order.lastError` says why. */
export function givenUp(order: Order, now: Date): Step {
  const { pendingCertificateId, id: orderId, orderUrl, attempts, strikes, lastError } = order;
  const error = lastError ?? 'no certificate was issued in time';
  const event = failed({ pendingCertificateId, orderId, orderUrl, attempts, error }, now);
  return { order: { state: 'failed', attempts, strikes, lastError: error, nextTryAt: null, notBefore: null, pollAt: null, endedAt: now }, events: [event] };
}

/** Asks the CA for another order; records of the old one are removed meanwhile. */
function anew({ round }: Order): Partial<OrderProgress> {
  return { state: 'requested', round: round + 1, orderUrl: null, finalizeUrl: null, submittedAt: null, askedAt: null, polls: 0, pollAt: null };
}

/** A challenge that has to be published anew. */
export const unpublished: ChallengePatch = { state: 'chosen', publishedAt: null, polls: 0, pollAt: null };

/** ` (order https://ca/order/1, "a.example")` */
export function circumstance({ orderUrl }: Pick<Order, 'orderUrl'>, identifier?: string): string {
  const parts = [...(orderUrl === null ? [] : [`order ${orderUrl}`]), ...(identifier === undefined ? [] : [`"${identifier}"`])];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
