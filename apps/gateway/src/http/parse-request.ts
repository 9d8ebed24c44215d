import { foldKeys, type Operation } from '@sifaka/contracts';
import { AppError, type FieldError } from '@sifaka/kernel';
import type { z } from 'zod';
import { readJsonBody } from './json-body.js';

interface RawRequest {
  params: unknown;
  query: unknown;
  body: unknown;
  contentType: string | undefined;
}

/** Largest id that a row can have; a longer number is as unknown as any other missing id. */
const maxId = 2_147_483_647;

/** A segment that is no number matches no route; one that is too large names nothing: both are 404 (rest-api §1.1). */
export function parseParams(operation: Operation, raw: unknown): unknown {
  const parsed = operation.params?.safeParse(raw);
  if (parsed === undefined) return {};
  if (!parsed.success) throw new AppError('not_found', 'there is nothing at this address', { reason: 'http.no_route' });
  for (const [name, value] of Object.entries<unknown>(parsed.data)) {
    if (typeof value === 'number' && value > maxId) throw new AppError('not_found', `${name} ${String(value)} does not exist`);
    if (typeof value === 'string' && value.includes('\0')) throw new AppError('not_found', `${name} does not exist`);
  }
  return parsed.data;
}

export function parseQuery(operation: Operation, raw: unknown): unknown {
  if (operation.query === null) return {};
  const query = Object.fromEntries(
    Object.entries(typeof raw === 'object' && raw !== null ? raw : {}).map(([name, value]) => [name, singleText(name, value)]),
  );
  return parse(operation.query, foldKeys(operation.query, query));
}

export function parseBody(operation: Operation, request: RawRequest): unknown {
  if (operation.body === null) return undefined;
  if (operation.isBodyOptional && isEmpty(request.body)) return parse(operation.body, {});
  return parse(operation.body, foldKeys(operation.body, readJsonBody(request.body, request.contentType)));
}

function isEmpty(body: unknown): boolean {
  return body === undefined || body === null || (Buffer.isBuffer(body) && body.length === 0);
}

/** A repeated parameter counts with its first value, as Lemur reads it. */
function singleText(name: string, value: unknown): unknown {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'string' && first.includes('\0'))
    throw new AppError('invalid_argument', `parameter ${name} contains the character U+0000`, { fields: [{ path: name, message: 'contains the character U+0000' }] });
  return first;
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_argument', 'Validation Error.', { reason: 'http.validation', fields: parsed.error.issues.map((issue) => fieldError(issue, value)) });
}

/** What is not there is not of the wrong kind: it "is required", whatever the rule for it says. */
function fieldError(issue: z.core.$ZodIssue, request: unknown): FieldError {
  const path = issue.path.map(String).join('.');
  const isOfKind = issue.code === 'invalid_type' || issue.code === 'invalid_union' || issue.code === 'invalid_value';
  return { path, message: isOfKind && issue.path.length > 0 && valueAt(request, issue.path) === undefined ? 'is required' : issue.message };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key): unknown => (typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key) ? Reflect.get(inner, key) : undefined), value);
}
