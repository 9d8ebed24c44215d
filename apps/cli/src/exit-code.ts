import type { ErrorCode } from '@sifaka/kernel';

/** What a script can tell from the end of a command. */
export const exitCodes = { done: 0, refused: 1, usage: 2, access: 3, notFound: 4, unavailable: 5 } as const;

export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'unauthenticated':
    case 'permission_denied':
      return exitCodes.access;
    case 'not_found':
      return exitCodes.notFound;
    case 'unavailable':
    case 'upstream_failed':
    case 'upstream_timeout':
    case 'rate_limited':
      return exitCodes.unavailable;
    default:
      return exitCodes.refused;
  }
}
