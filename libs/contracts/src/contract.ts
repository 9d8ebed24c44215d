import type { z } from 'zod';
import type { ErrorCode } from '@sifaka/kernel';
import { serviceNames, type ServiceName } from './service.js';

interface RpcOptions<I extends z.ZodType, O extends z.ZodType> {
  input: I;
  output: O;
  /** Error codes that a caller must expect beyond invalid_argument, unavailable and internal. */
  codes?: readonly ErrorCode[];
  /** Longest time the answer may take, in milliseconds; a nearer deadline of the caller wins. */
  timeoutMs?: number;
  /** Services that may call it: the rights of every NATS user are generated from this list. */
  callers: readonly ServiceName[];
}

/**
 * One request/reply operation of a service.
 *
 * On the bus it has the subject `<subject>.<caller>`, so that the broker's rights say who asks: a service that is not
 * listed in `callers` cannot send it, and the handler knows the caller without trusting the message.
 */
export interface RpcContract<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly kind: 'rpc';
  readonly subject: `rpc.${string}`;
  readonly service: ServiceName;
  readonly input: I;
  readonly output: O;
  readonly codes: readonly ErrorCode[];
  readonly timeoutMs: number;
  /** True when asking twice does no more than asking once: only then does the client retry. */
  readonly idempotent: boolean;
  readonly callers: readonly ServiceName[];
}

/** A fact that other services and other systems may rely on; CloudEvents 1.0 type = subject. */
export interface EventContract<D extends z.ZodType = z.ZodType> {
  readonly kind: 'event';
  readonly subject: `sifaka.v1.${string}`;
  /** The only service that may publish it; `every` for what each service reports of itself. */
  readonly source: ServiceName | 'every';
  readonly summary: string;
  readonly data: D;
}

export type InputOf<C extends RpcContract> = z.output<C['input']>;
export type RequestOf<C extends RpcContract> = z.input<C['input']>;
export type OutputOf<C extends RpcContract> = z.output<C['output']>;
export type EventDataOf<E extends EventContract> = z.output<E['data']>;

const defaultTimeoutMs = 5_000;

function rpc<I extends z.ZodType, O extends z.ZodType>(
  subject: `rpc.${string}`,
  options: RpcOptions<I, O>,
  idempotent: boolean,
): RpcContract<I, O> {
  return {
    kind: 'rpc',
    subject,
    service: serviceOf(subject),
    input: options.input,
    output: options.output,
    codes: options.codes ?? [],
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    idempotent,
    callers: options.callers,
  };
}

/** Declares an operation that changes something. */
export function command<I extends z.ZodType, O extends z.ZodType>(
  subject: `rpc.${string}`,
  options: RpcOptions<I, O> & { idempotent?: boolean },
): RpcContract<I, O> {
  return rpc(subject, options, options.idempotent ?? false);
}

/** Declares an operation that only reads. */
export function query<I extends z.ZodType, O extends z.ZodType>(subject: `rpc.${string}`, options: RpcOptions<I, O>): RpcContract<I, O> {
  return rpc(subject, options, true);
}

/** Declares an event; `summary` becomes its description in the AsyncAPI page. */
export function event<D extends z.ZodType>(
  subject: `sifaka.v1.${string}`,
  options: { source: ServiceName | 'every'; summary: string; data: D },
): EventContract<D> {
  return { kind: 'event', subject, ...options };
}

function serviceOf(subject: string): ServiceName {
  const name = subject.split('.')[1];
  const service = serviceNames.find((candidate) => candidate === name);
  if (service === undefined) throw new Error(`subject "${subject}" names no service`);
  return service;
}

