import { AppError } from '@sifaka/kernel';

/** As names are compared and stored here: lower case, without the last dot. */
export const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** RFC 1035 section 2.3.4; labels of service names begin with an underscore. */
const nameForm = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

export const isDnsName = (name: string): boolean => nameForm.test(name);

/**
 * Where the challenge record of a name stands (RFC 8555 section 8.4). A wildcard shares it with the name below it.
 *
 * @throws AppError `failed_precondition` for text that is no DNS name
 */
export function challengeName(name: string): string {
  const record = `_acme-challenge.${plainName(name).replace(/^\*\./, '')}`;
  if (isDnsName(record)) return record;
  throw new AppError('failed_precondition', `"${name}" is no DNS name that a challenge record can stand at`, { reason: 'dns.bad_name' });
}

/** The name and every name above it, longest first: the zones that it may lie in. */
export function namesAbove(name: string): string[] {
  const labels = plainName(name).split('.');
  return labels.map((_, index) => labels.slice(index).join('.'));
}

/** Zones as a provider listed them, in one spelling, each once, sorted; what is no name is left out. */
export function plainZones(zones: readonly string[]): string[] {
  return [...new Set(zones.map(plainName))].filter(isDnsName).sort();
}
