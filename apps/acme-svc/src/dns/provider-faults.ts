import { uniqueViolation } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { parseServer } from './server-address.js';

export function nameTaken(name: string): AppError {
  const message = `a DNS provider named "${name}" exists already`;
  return new AppError('already_exists', message, { reason: 'dns_provider.name_taken', fields: [{ path: 'name', message }] });
}

/** What a failed write means to whoever asked for it. */
export const writeFault = (error: unknown, name: string): unknown => (uniqueViolation(error)?.constraint === 'dns_provider_name_unique' ? nameTaken(name) : error);

export const noSuchProvider = (id: number): AppError => new AppError('not_found', `DNS provider ${id} does not exist`);

/** @throws AppError `invalid_argument`, field `nameservers.<index>` */
export function checkNameservers(nameservers: readonly string[]): void {
  const bad = nameservers.findIndex((text) => parseServer(text) === null);
  if (bad === -1) return;
  const message = `"${nameservers[bad] ?? ''}" is no IP address with or without a port, such as 192.0.2.53:5353 or [2001:db8::53]:5353`;
  throw new AppError('invalid_argument', message, { fields: [{ path: `nameservers.${bad}`, message }] });
}
