import type { KeyObject } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import { fromPkcs8Der, keyMatches, parseCertificate, type CertificateFacts } from '@sifaka/pki';
import { secret } from '../options/option-schemas.js';
import type { ExportInput } from '../kinds/exporter.js';
import { z } from 'zod';

/** What PKCS#12 and JKS take: enough for any name. */
const maxAliasChars = 256;

/** Option for the passphrase of a file; what is generated without it is the plugin's to say in the help. */
export const passphraseOption = () =>
  secret()
    .min(1)
    .max(1_024)
    .refine((text) => !text.includes('\0') && Buffer.from(text, 'utf8').toString('utf8') === text, { error: 'must be well-formed text without NUL' });

/** Option for the name of the entry in a key store. */
export const aliasOption = () =>
  z
    .string()
    .max(maxAliasChars)
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    .refine((text) => !/[\x00-\x1f\x7f]/.test(text), { error: 'must not contain control characters' });

/** The certificate of an export, read. @throws AppError `invalid_argument` when it is damaged */
export const certificateOf = (input: ExportInput): CertificateFacts => parseCertificate(input.certificateDer);

/**
 * The private key of an export, sure to belong to the certificate.
 *
 * @throws AppError `failed_precondition` when there is none, or another's
 */
export function privateKeyOf(input: ExportInput, slug: string): KeyObject {
  if (input.privateKeyPkcs8Der === null) {
    throw new AppError('failed_precondition', `plugin "${slug}" needs the private key, and this certificate has none stored`, { reason: 'export.no_key' });
  }
  const key = fromPkcs8Der(input.privateKeyPkcs8Der);
  if (!keyMatches(key, certificateOf(input).spki)) throw new AppError('failed_precondition', 'the stored private key does not belong to the certificate', { reason: 'export.foreign_key' });
  return key;
}

/** Name of the entry in a key store: as asked, else the common name, the first other name, the serial number. */
export function aliasFor(input: ExportInput, asked: string | undefined): string {
  if (asked !== undefined && asked.trim() !== '') return asked;
  const certificate = certificateOf(input);
  const others = certificate.sans.flatMap((name) => (name.type === 'dns' || name.type === 'ip' || name.type === 'email' ? [name.value] : []));
  const alias = [input.commonName ?? '', certificate.cn ?? '', ...others].find((name) => name.trim() !== '') ?? '';
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  const cleaned = alias.replace(/[\x00-\x1f\x7f]/g, '').slice(0, maxAliasChars);
  return cleaned.trim() === '' ? certificate.serialHex : cleaned;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 24 letters, digits and signs: 150 bits. Each sign as likely as any other. */
export function generatePassphrase(random: (length: number) => Uint8Array, alphabet = `${letters}0123456789~!@#$%^&*()_+`, length = 24): string {
  // Bytes above the last full multiple would favour the first signs.
  const usable = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of random(2 * length)) {
      if (byte < usable && text.length < length) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}
