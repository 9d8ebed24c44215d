import { isIP } from 'node:net';

/** RFC 6125 section 6.4.3: a wildcard stands for one label. */
function covers(certified: string, asked: string): boolean {
  if (certified === asked) return true;
  return certified.startsWith('*.') && isIP(asked) === 0 && asked.includes('.') && asked.slice(asked.indexOf('.')) === certified.slice(1);
}

const covered = (names: readonly string[], asked: string): boolean => names.some((name) => covers(name.toLowerCase(), asked.toLowerCase()));

/**
 * Names by which clients reach an endpoint and that only the old certificate is for. Many endpoints are known by a name that no certificate is
 * for, such as that of a load balancer: what the old one did not cover the new one need not.
 */
export const namesLost = (reachedAs: readonly string[], old: readonly string[], made: readonly string[]): string[] => reachedAs.filter((name) => covered(old, name) && !covered(made, name));

/** Whether a certificate is for one of the names at least. */
export const isForAny = (reachedAs: readonly string[], made: readonly string[]): boolean => reachedAs.some((name) => covered(made, name));
