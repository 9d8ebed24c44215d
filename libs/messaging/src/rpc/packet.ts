import { AppError, errorCodes, toAppError, type ErrorData } from '@sifaka/kernel';
import { z } from 'zod';

/** Requests and replies have the form of Nest's own NATS transport, so that either end could be a stock one. */
const Request = z.object({ data: z.unknown().optional(), id: z.union([z.string(), z.number()]).optional() });
export type Request = z.output<typeof Request>;

const FieldErrors = z.array(z.object({ path: z.string(), message: z.string() }));
const ErrorReply = z.object({
  code: z.enum(errorCodes),
  detail: z.string(),
  reason: z.string().optional(),
  fields: FieldErrors.optional(),
  retryAfterMs: z.number().optional(),
});
const Reply = z.object({ response: z.unknown().optional(), err: z.unknown().optional() });

export function encodeRequest(pattern: string, data: unknown, id: string): string {
  return JSON.stringify({ pattern, data, id });
}

/** @throws AppError `invalid_argument` for what is no request. */
export function decodeRequest(text: string): Request {
  const request = Request.safeParse(parse(text));
  if (!request.success) throw new AppError('invalid_argument', 'the message is no request: expected JSON {pattern, data, id}');
  return request.data;
}

export function encodeResponse(response: unknown, id: Request['id']): string {
  return JSON.stringify({ response, isDisposed: true, id });
}

export function encodeError(error: ErrorData, id?: Request['id']): string {
  return JSON.stringify({ err: error, isDisposed: true, id });
}

/** The value of a reply. @throws AppError the error that the other side sent. */
export function decodeReply(text: string): unknown {
  const reply = Reply.safeParse(parse(text));
  if (!reply.success) throw toAppError(new Error('the reply is no JSON object'));
  if (reply.data.err === undefined || reply.data.err === null) return reply.data.response;
  const error = ErrorReply.safeParse(reply.data.err);
  throw error.success ? AppError.fromData(clean(error.data)) : toAppError(reply.data.err);
}

function clean(error: z.output<typeof ErrorReply>): ErrorData {
  const { code, detail, reason, fields, retryAfterMs } = error;
  return {
    code,
    detail,
    ...(reason !== undefined && { reason }),
    ...(fields !== undefined && { fields }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
