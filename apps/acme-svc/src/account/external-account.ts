import { AppError } from '@sifaka/kernel';

/** External account binding as the CA handed it out: key identifier and HMAC key. */
export interface ExternalAccount {
  readonly kid: string;
  readonly hmacKey: Buffer;
}

/**
 * CAs hand the key out in base64url; some consoles show it as base64, or with padding.
 *
 * @throws AppError `failed_precondition`, field `eab_hmac_key`, without the key in it
 */
export function readExternalAccount({ kid, hmacKey }: { kid: string; hmacKey: string }): ExternalAccount {
  if (kid.trim() === '') throw refused('eab_kid', 'is blank, and an HMAC key is given');
  const text = hmacKey.trim().replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw refused('eab_hmac_key', 'is not base64url (letters, digits, - and _)');
  const key = Buffer.from(text, 'base64url');
  if (key.toString('base64url') !== text) throw refused('eab_hmac_key', 'is not base64url: it is cut off or has a letter too many');
  return { kid: kid.trim(), hmacKey: key };
}

const refused = (path: string, message: string): AppError =>
  new AppError('failed_precondition', `${path}: ${message}`, { reason: 'acme.bad_external_account', fields: [{ path, message }] });
