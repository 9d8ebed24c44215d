import { NoRespondersError, PermissionViolationError, TimeoutError } from '@nats-io/transport-node';
import { AppError, isAppError } from '@sifaka/kernel';
import type { RpcContract, ServiceName } from '@sifaka/contracts';

/** What went wrong between us and the other service, in the caller's words. */
export function localFault(error: unknown, contract: RpcContract, service: ServiceName): AppError {
  const fault = rootOf(error);
  if (fault instanceof NoRespondersError) {
    return new AppError('unavailable', `no ${contract.service} service is running`, { reason: 'rpc.no_responder', cause: error });
  }
  if (fault instanceof TimeoutError) {
    return new AppError('unavailable', `${contract.service} did not answer in time`, { reason: 'rpc.deadline', cause: error });
  }
  if (fault instanceof PermissionViolationError) {
    return new AppError('permission_denied', `service "${service}" has no right to use ${contract.subject}`, {
      reason: 'rpc.no_right',
      cause: error,
    });
  }
  return new AppError('unavailable', 'the connection to NATS is lost', { reason: 'rpc.disconnected', cause: error });
}

/**
 * True for what a second attempt can mend: nobody was there, or the answering service said `unavailable` of itself. An
 * `unavailable` that it only passes on from further down was retried there: retries must not multiply.
 */
export function mayRetry(error: unknown): boolean {
  if (!isAppError(error) || error.code !== 'unavailable') return false;
  // A cause does not cross the bus: what has one was found here.
  if (error.cause !== undefined) return error.reason !== 'rpc.deadline';
  return error.reason === undefined || !error.reason.startsWith('rpc.') || error.reason === 'rpc.overloaded';
}

function rootOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'RequestError' && error.cause !== undefined ? error.cause : error;
}
