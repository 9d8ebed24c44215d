import { AppError } from '@sifaka/kernel';
import type { IssuerCertificateRequest, SshTerms } from '@sifaka/plugin-sdk';
import type { OpensshOptions } from './options.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Hosts whose clocks run slow refuse a certificate "from the future". */
const backdateMs = 5 * 60_000;

/**
 * From when to when: as asked, or for as long as the authority gives, never beyond the authority's own end.
 *
 * @throws AppError `failed_precondition` for a validity that is empty, or longer than the authority allows
 */
export function sshValidity({ authority, notBefore, notAfter }: IssuerCertificateRequest, { kind, isValidityAsked }: SshTerms, options: OpensshOptions): { notBefore: Date; notAfter: Date } {
  const given = isValidityAsked ? { notBefore, notAfter } : byDefault(authority.validity, notBefore, defaultMs(kind, options));
  const [start, end] = [Math.floor(given.notBefore.getTime() / 1_000), Math.floor(given.notAfter.getTime() / 1_000)];
  if (start >= end) throw refused('policy.empty_validity', `${given.notAfter.toISOString()} is not after the start, ${given.notBefore.toISOString()}`);
  const maxMs = longestMs(kind, options);
  if (isValidityAsked && maxMs !== null && (end - start) * 1_000 > maxMs) {
    const most = kind === 'user' ? `${maxMs / hourMs} hours (option max_user_validity_hours)` : `${maxMs / dayMs} days (option max_host_validity_days)`;
    throw refused('ssh.validity_too_long', `${given.notAfter.toISOString()} is more than ${most} after the start, ${given.notBefore.toISOString()}`);
  }
  return given;
}

function byDefault(authority: { notBefore: Date; notAfter: Date } | undefined, now: Date, lengthMs: number): { notBefore: Date; notAfter: Date } {
  const start = Math.max(now.getTime() - backdateMs, authority?.notBefore.getTime() ?? 0);
  const end = Math.min(now.getTime() + lengthMs, authority?.notAfter.getTime() ?? Infinity);
  return { notBefore: new Date(start), notAfter: new Date(end) };
}

function defaultMs(kind: SshTerms['kind'], options: OpensshOptions): number {
  const usualMs = kind === 'user' ? options.user_validity_hours * hourMs : options.host_validity_days * dayMs;
  return Math.min(usualMs, longestMs(kind, options) ?? Infinity);
}

function longestMs(kind: SshTerms['kind'], options: OpensshOptions): number | null {
  const { max_user_validity_hours: hours, max_host_validity_days: days } = options;
  if (kind === 'user') return hours === undefined ? null : hours * hourMs;
  return days === undefined ? null : days * dayMs;
}

function refused(reason: string, message: string): AppError {
  return new AppError('failed_precondition', `validityEnd: ${message}`, { reason, fields: [{ path: 'validityEnd', message }] });
}
