import { invalidField } from '../invalid.js';
import { containerLimits } from './container-limits.js';

/** Salts and initialisation vectors come from the caller: cryptographically strong bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/**
 * Refuses what other software could not be given: nothing at all, more than 1,024 characters, NUL (ends the passphrase in C), unpaired
 * surrogates (have no UTF-8).
 *
 * @throws AppError `invalid_argument`, field `passphrase`, never with the passphrase
 */
export function checkPassphrase(passphrase: string): string {
  if (passphrase.length === 0) throw invalidField('passphrase', 'must not be empty: the file holds a private key');
  return checkGivenPassphrase(passphrase);
}

/** As `checkPassphrase`, for reading: files without passphrase exist. */
export function checkGivenPassphrase(passphrase: string): string {
  if (passphrase.length > containerLimits.passphraseChars) throw invalidField('passphrase', `has ${passphrase.length} characters, the limit is ${containerLimits.passphraseChars}`);
  if (passphrase.includes('\0')) throw invalidField('passphrase', 'must not contain the character NUL');
  if (Buffer.from(passphrase, 'utf8').toString('utf8') !== passphrase) throw invalidField('passphrase', 'is not well-formed Unicode');
  return passphrase;
}

/** UTF-16 in network order, without an end: what Java hashes. */
export const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

/** The name of an entry, within limits. @throws AppError `invalid_argument`, field `alias` */
export function checkAlias(alias: string): string {
  if (alias.length === 0 || alias.length > containerLimits.aliasChars) throw invalidField('alias', `must have 1 to ${containerLimits.aliasChars} characters, has ${alias.length}`);
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\x00-\x1f\x7f]/.test(alias)) throw invalidField('alias', 'must not contain control characters');
  return alias;
}
