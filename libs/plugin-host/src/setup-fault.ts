import { AppError, toAppError, type ErrorCode } from '@sifaka/kernel';

/**
 * A fault of a plugin as an answer to the administrator who set it up: that the other side refuses him is no refusal of ours, and that it
 * is away is no outage of ours.
 *
 * @param reason where the plugin gave none, for example `destination.check_failed`
 */
export function setupFault(error: unknown, reason: string): AppError {
  const fault = toAppError(error);
  const code = codeOf(fault.code);
  if (code === fault.code) return fault;
  return new AppError(code, fault.message, { reason: fault.reason ?? reason, cause: error });
}

function codeOf(code: ErrorCode): ErrorCode {
  switch (code) {
    case 'permission_denied':
    case 'unauthenticated':
    case 'not_found':
    case 'conflict':
    case 'already_exists':
      return 'failed_precondition';
    case 'unavailable':
      return 'upstream_failed';
    default:
      return code;
  }
}
