import type { Operation } from '@sifaka/contracts';
import type { z } from 'zod';

/** A path parameter: ids are numbers to the caller, text in the address. */
type PathValues<P> = { [K in keyof P]: string | number };

type InputOf<S> = S extends z.ZodType ? z.input<S> : never;

type Part<Name extends string, S, V> = [NonNullable<S>] extends [never]
  ? unknown
  : NonNullable<S> extends z.ZodObject<infer Shape>
    ? [keyof Shape] extends [never]
      ? unknown
      : Partial<V> extends V
        ? Partial<Record<Name, V>>
        : Record<Name, V>
    : Record<Name, V>;

/** What an operation wants of its caller: `params`, `query` and `body`, each only where the operation has it. */
export type RequestOf<O extends Operation> = Part<'params', O['params'], PathValues<InputOf<NonNullable<O['params']>>>> &
  Part<'query', O['query'], InputOf<NonNullable<O['query']>>> &
  Part<'body', O['body'], InputOf<NonNullable<O['body']>>> & {
    /** For operations that take one; made afresh when absent. The same key again gets the first answer again. */
    idempotencyKey?: string;
    signal?: AbortSignal;
  };

/** What an operation answers, parsed; nothing where the answer has no content. */
export type AnswerOf<O extends Operation> = O['response'] extends z.ZodType ? z.output<O['response']> : undefined;

/** Requests without a needed part may be left out altogether. */
export type RequestArguments<O extends Operation> =
  Partial<RequestOf<O>> extends RequestOf<O> ? [request?: RequestOf<O>] : [request: RequestOf<O>];

/** The parts of a request whatever its operation: what the wire needs. */
export interface WireRequest {
  params?: Readonly<Record<string, unknown>>;
  query?: Readonly<Record<string, unknown>>;
  body?: unknown;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** Path and query of a request below `/api/1`; absent, null and empty query values are left out. */
export function addressOf(operation: Operation, request: WireRequest): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(request.params?.[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) if (value !== '' && isPlain(value)) query.set(name, String(value));
  return `/api/1${path}${query.size === 0 ? '' : `?${query.toString()}`}`;
}

const isPlain = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value);
