import { isNativeError } from 'node:util/types';
import { AppError } from '@sifaka/kernel';

interface PostgresFault {
  code: string;
  message: string;
  detail: string;
  constraint: string | null;
}

/** The broken unique constraint, when that is what the error is about; otherwise null. */
export function uniqueViolation(error: unknown): { constraint: string; column?: string; detail: string } | null {
  const fault = postgresFault(error);
  if (fault?.code !== '23505') return null;
  const column = /^Key \(([^)]*)\)=/.exec(fault.detail)?.[1];
  return { constraint: fault.constraint ?? '', detail: fault.detail, ...(column !== undefined && { column }) };
}

const lostCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
// Too many connections, or the server is starting, stopping, or was told to end the connection.
const refusedCodes = new Set(['53300', '57P01', '57P02', '57P03', '57P05']);
const lostWords =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|server closed the connection/i;

/**
 * What a fault of the database means to a caller: lost connections and timeouts are `unavailable`, values that Postgres
 * cannot hold are `invalid_argument`, lost races are `conflict`. Anything else comes back as it is: constraints are for the
 * repository that made them ({@link uniqueViolation}), the rest is a bug.
 */
export function databaseError(error: unknown): unknown {
  const fault = postgresFault(error);
  if (fault === null) return error;
  const { code } = fault;
  if (lostCodes.has(code) || refusedCodes.has(code) || code.startsWith('08') || lostWords.test(fault.message)) {
    return new AppError('unavailable', 'the database cannot be reached', { reason: 'database.unreachable', cause: error });
  }
  // Class 53: out of disk or memory. Reads may still work; what was asked was not stored.
  if (code.startsWith('53') || code === '58030') {
    return new AppError('unavailable', 'the database has no room left; nothing was stored', { reason: 'database.full', cause: error });
  }
  if (code === '57014' || code === '55P03' || code === '25P03') {
    return new AppError('unavailable', 'the database did not finish in time', { reason: 'database.timeout', cause: error });
  }
  if (code === '40001' || code === '40P01') {
    return new AppError('conflict', 'another change came first; read again and retry', { reason: 'database.serialization', cause: error });
  }
  // Class 54: a value that no index entry or row has room for.
  if (code.startsWith('22') || code.startsWith('54')) {
    return new AppError('invalid_argument', 'a value is out of range, too long, or has a character that cannot be stored', {
      reason: 'database.value',
      cause: error,
    });
  }
  return error;
}

/** True for faults that a statement run again in a new transaction may not meet. */
export function isSerializationFault(error: unknown): boolean {
  return error instanceof AppError && error.reason === 'database.serialization';
}

function postgresFault(error: unknown): PostgresFault | null {
  if (!isNativeError(error)) return null;
  // TypeORM wraps what the driver threw.
  if ('driverError' in error && error.driverError !== error) return postgresFault(error.driverError);
  const code = text(error, 'code');
  if (code === '' && !lostWords.test(error.message)) return null;
  return { code, message: error.message, detail: text(error, 'detail'), constraint: text(error, 'constraint') || null };
}

function text(error: object, name: string): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : '';
}
