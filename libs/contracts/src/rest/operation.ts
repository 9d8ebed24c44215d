import type { z } from 'zod';

/**
 * Who may ask: `anonymous` nobody in particular; `authenticated` any signed-in user; `writer` who passes the role gate
 * (domain-rules PM-2); `admin` role admin. What depends on an object is decided where the object lives.
 */
export type Access = 'anonymous' | 'authenticated' | 'writer' | 'admin';

interface OperationOptions<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType | null, R extends z.ZodType | null> {
  tag: string;
  summary: string;
  access: Access;
  /** True: the access is checked before the body is read (rest-api §1.2, outer guard). */
  guardsFirst?: boolean;
  params?: P;
  query?: Q;
  body?: B;
  /** True: a request without any body counts as `{}`. */
  isBodyOptional?: boolean;
  /** Null: 204 without content. */
  response: R;
  /** Statuses beyond 400, 401, 403 and 503 that the caller must expect. */
  errors?: readonly number[];
  /** The answer holds a secret: never cached anywhere. */
  holdsSecret?: boolean;
  /** Takes an `Idempotency-Key` header: a repeated request gets the first answer. */
  takesIdempotencyKey?: boolean;
  mediaType?: 'application/json' | 'text/html' | 'application/octet-stream';
}

/** One method and path of the REST API; `path` is below `/api/1`, parameters in braces. */
export interface Operation<
  P extends z.ZodObject = NoFields,
  Q extends z.ZodObject = NoFields,
  B extends z.ZodType | null = z.ZodType | null,
  R extends z.ZodType | null = z.ZodType | null,
> {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly access: Access;
  readonly guardsFirst: boolean;
  readonly params: P | null;
  readonly query: Q | null;
  readonly body: B | null;
  readonly isBodyOptional: boolean;
  readonly response: R;
  readonly errors: readonly number[];
  readonly holdsSecret: boolean;
  readonly takesIdempotencyKey: boolean;
  readonly mediaType: string;
}

type Parsed<S> = [S] extends [never] ? undefined : S extends z.ZodType ? z.output<S> : undefined;

/** What a controller receives: parsed, defaulted and typed by the operation's schemas. */
export interface RequestFor<O extends Operation> {
  params: Parsed<NonNullable<O['params']>>;
  query: Parsed<NonNullable<O['query']>>;
  body: Parsed<NonNullable<O['body']>>;
}

/** What a controller returns: the JSON of the answer. */
export type ResponseFor<O extends Operation> = O['response'] extends z.ZodType ? z.input<O['response']> : undefined;

// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- without parameters there is exactly none to give
type NoFields = z.ZodObject<Record<never, never>>;

/** Declares an operation, for example `operation('listUsers', 'GET', '/users', { … })`. */
export function operation<
  P extends z.ZodObject = NoFields,
  Q extends z.ZodObject = NoFields,
  B extends z.ZodType | null = null,
  R extends z.ZodType | null = null,
>(id: string, method: Operation['method'], path: `/${string}`, options: OperationOptions<P, Q, B, R>): Operation<P, Q, B, R> {
  return {
    id,
    method,
    path,
    tag: options.tag,
    summary: options.summary,
    access: options.access,
    guardsFirst: options.guardsFirst ?? false,
    params: options.params ?? null,
    query: options.query ?? null,
    body: options.body ?? null,
    isBodyOptional: options.isBodyOptional ?? false,
    response: options.response,
    errors: options.errors ?? [],
    holdsSecret: options.holdsSecret ?? false,
    takesIdempotencyKey: options.takesIdempotencyKey ?? false,
    mediaType: options.mediaType ?? 'application/json',
  };
}
