import type { NotifiedCertificate } from '../kinds/outbound.js';

/** Certificates that a message shows one by one, and how many it only counts. */
export interface Shown {
  certificates: readonly NotifiedCertificate[];
  more: number;
}

/** The first ones: a thousand certificates are a number, not a list. */
export function firstOf(certificates: readonly NotifiedCertificate[], most: number): Shown {
  return { certificates: certificates.slice(0, most), more: Math.max(0, certificates.length - most) };
}

/** `and 980 more: 1000 certificates in all`. */
export const moreText = ({ certificates, more }: Shown): string => `and ${more} more: ${certificates.length + more} certificates in all`;

/** A value in one line of at most so many characters: what a name says is shown, what it would do is not done. */
export function oneLine(text: string, most: number): string {
  // Marks that turn the direction of writing around make one name look like another.
  const plain = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replaceAll(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '').trim();
  return cutAt(plain, most);
}

/** At most so many characters, with an ellipsis where something is missing. */
export const cutAt = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1)).replace(/[\uD800-\uDBFF]$/, '')}…`);

/** `2026-12-01 12:00 UTC`. */
export const utcMinute = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
