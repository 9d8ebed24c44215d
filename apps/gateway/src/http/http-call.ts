import type { Operation, UserPrincipal } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';

/** What a controller knows of the request beside its parsed input. */
export interface HttpCall {
  readonly operation: Operation;
  /** Null only on operations that anybody may call. */
  readonly principal: UserPrincipal | null;
  readonly sourceIp: string | null;
  readonly userAgent: string | null;
  readonly idempotencyKey: string | null;
}

export interface ParsedRequest {
  params: unknown;
  query: unknown;
  body: unknown;
}

const calls = new WeakMap<object, HttpCall>();
const parsedRequests = new WeakMap<object, ParsedRequest>();

/** Attaches what the guard found out to the raw request, for the controller's parameters and the interceptors. */
export function attach(request: object, call: HttpCall, parsed: ParsedRequest): void {
  calls.set(request, call);
  parsedRequests.set(request, parsed);
}

export function callOf(request: object): HttpCall {
  return required(calls.get(request));
}

export function parsedRequestOf(request: object): ParsedRequest {
  return required(parsedRequests.get(request));
}

/** The signed-in user of a call. */
export function callerOf(call: HttpCall): UserPrincipal {
  if (call.principal === null) throw new AppError('unauthenticated', 'sign in: this operation needs a token in the Authorization header');
  return call.principal;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new AppError('internal', 'the request did not pass the operation guard');
  return value;
}
