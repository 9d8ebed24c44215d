import { isAppError, toAppError, type AppError } from '@sifaka/kernel';
import type { Problem } from '../protocol/resources.js';

/**
 * What a failure means for the order: `fatal` ends it, a `strike` counts (after four it ends), a `fault` of somebody else is waited
 * out until the order's own end, and a `pause` is no failure at all: others of the same account were told to slow down.
 */
export type Verdict = 'fatal' | 'strike' | 'fault' | 'pause';

/** Tries in all, the first included. */
export const mostStrikes = 4;

export function judge(error: unknown): Verdict {
  const { code, reason } = toAppError(error);
  if (reason === 'acme.paused' || reason === 'acme.too_many_waiting') return 'pause';
  switch (code) {
    case 'rate_limited':
    case 'unavailable':
    case 'upstream_failed':
    case 'upstream_timeout':
    case 'conflict':
      return 'fault';
    // Credentials that were refused: an administrator can mend them while the order waits.
    case 'permission_denied':
    case 'unauthenticated':
      return 'fault';
    // Some CAs answer every 404 with the type of requests that nobody should repeat.
    case 'not_found':
      return 'strike';
    default:
      if (mendable.has(reason ?? '')) return 'fault';
      return reason?.startsWith('acme.') === true && isFatalType(reason.slice('acme.'.length)) ? 'fatal' : 'strike';
  }
}

/** Whether a new order for the same names may have better luck than one that the CA declared invalid for this. */
export function canBeRetried(problem: Problem | undefined): boolean {
  if (problem === undefined) return true;
  const types = [problem, ...problem.subproblems].map(({ type }) => problemType(type));
  return !types.some(isFatalType);
}

/** What an error says to people; of faults that nobody foresaw only that there was one. */
export function textOf(error: unknown): string {
  const { code, message } = toAppError(error);
  return code === 'internal' ? 'internal error' : message;
}

/** The CA does not take the certificate that this one replaces: renewed already, or not known to it (RFC 9773 section 5). */
export function refusesReplacement(error: unknown): error is AppError {
  const types = ['acme.alreadyReplaced', 'acme.malformed', 'acme.unauthorized', 'acme.conflict', 'acme.orderReplacementFailed'];
  return isAppError(error) && types.includes(error.reason ?? '');
}

/** Nobody knows whether the CA made the order: the answer did not arrive, or was not understood. */
export function isUncertain(error: unknown): boolean {
  return !isAppError(error) || ['upstream_timeout', 'upstream_failed', 'unavailable', 'internal'].includes(error.code);
}

/** Refusals that an administrator can put right: by the allow-list, by the account of the authority. */
const mendable = new Set(['outbound.refused', 'acme.no_account']);

/** Errors of RFC 8555 section 6.7 that come back however often one asks. */
const fatalTypes = new Set([
  'badCSR',
  'badPublicKey',
  'badSignatureAlgorithm',
  'caa',
  'invalidProfile',
  'malformed',
  'rejectedIdentifier',
  'unsupportedIdentifier',
]);

function isFatalType(type: string): boolean {
  return fatalTypes.has(type);
}

function problemType(urn: string): string {
  return urn.slice(urn.lastIndexOf(':') + 1);
}
