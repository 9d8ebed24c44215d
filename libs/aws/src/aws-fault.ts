import { AppError, isAppError, type ErrorCode } from '@sifaka/kernel';
import { connectionFault } from '@sifaka/plugin-sdk';

/** Names of errors that say that the credentials or their rights do not suffice. */
const refusals =
  /^(?:AccessDenied|AccessDeniedException|UnauthorizedOperation|NotAuthorized|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|ExpiredToken|ExpiredTokenException|InvalidAccessKeyId|AuthFailure|CredentialsProviderError|OptInRequired)$/;
const throttles = /^(?:Throttling|ThrottlingException|ThrottledException|RequestThrottled|TooManyRequestsException|RequestLimitExceeded|SlowDown|PriorRequestNotComplete|RequestThrottledException)$/;

/**
 * What a client of the AWS SDK threw, as an `AppError` with AWS's own name and words of it.
 *
 * @param what was tried, for the message: "list the hosted zones"
 */
export function awsFault(what: string, error: unknown): AppError {
  if (isAppError(error)) return error;
  if (!(error instanceof Error)) return connectionFault('AWS', error);
  const status = statusOf(error);
  if (status === undefined && !refusals.test(error.name)) return connectionFault('AWS', error);
  return new AppError(codeOf(error.name, status), `AWS would not ${what}: ${error.name}: ${error.message}`, { reason: `aws.${error.name}`, cause: error });
}

function codeOf(name: string, status: number | undefined): ErrorCode {
  if (throttles.test(name)) return 'rate_limited';
  if (refusals.test(name) || status === 401 || status === 403) return 'permission_denied';
  // What succeeded and cannot be read is no answer of AWS.
  return status !== undefined && (status >= 500 || status < 400) ? 'upstream_failed' : 'failed_precondition';
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null || !('httpStatusCode' in error.$metadata)) return undefined;
  return typeof error.$metadata.httpStatusCode === 'number' ? error.$metadata.httpStatusCode : undefined;
}
