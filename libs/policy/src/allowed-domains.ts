import { AppError } from '@sifaka/kernel';
import { RE2JS } from 're2js';

/** Which domain names an installation issues for. */
export interface AllowedDomains {
  readonly patterns: readonly string[];
  /** True when there is no pattern, or one matches from the start of the name, not necessarily to its end, in capital letters or small ones. */
  allows(name: string): boolean;
}

/**
 * Compiles the patterns once. The engine takes linear time whatever the pattern, so that no name in a request can stop the
 * service; it has no look-around and no back-references.
 *
 * @throws AppError `failed_precondition` for a pattern that is no regular expression of that engine
 */
export function allowedDomains(patterns: readonly string[]): AllowedDomains {
  const compiled = patterns.map(compile);
  return { patterns, allows: (name) => compiled.length === 0 || compiled.some((pattern) => pattern.matcher(name).lookingAt()) };
}

/** Why a pattern is no regular expression of the engine; null when it is one. */
export function domainPatternFault(pattern: string): string | null {
  try {
    compile(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown fault';
  }
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown fault';
    throw new AppError('failed_precondition', `allowed domain "${pattern}" is not a regular expression in RE2 syntax: ${why}`, { cause: error });
  }
}
