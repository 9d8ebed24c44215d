import { domainToASCII } from 'node:url';
import { isIa5 } from '../der/der-string.js';
import { isOid } from '../der/oid.js';
import { invalidField, shown } from '../invalid.js';
import { addressBytes, addressText, networkBytes, networkText } from './ip.js';

/** Longest URI that is written: what browsers and OpenSSL's configuration parser still take. */
const uriChars = 2_048;

/**
 * DNS name as it goes into a certificate: international names in their `xn--` form (IDNA), a wildcard only as the whole
 * left-most label, labels of 1 to 63 letters, digits, `-`, `_`, at most 253 characters. Errors: `invalid_argument` on `path`.
 */
export function checkedDnsName(value: string, path: string): string {
  const refuse = (rule: string) => invalidField(path, `${shown(value)} is not a DNS name: ${rule}`);
  const isWildcard = value.startsWith('*.');
  const host = isWildcard ? value.slice(2) : value;
  const ascii = isIa5(host) ? host : domainToASCII(host);
  if (ascii === '') throw refuse(host === '' ? 'it is empty' : 'it has no ASCII form (IDNA)');
  if (ascii.includes('*')) throw refuse('"*" may only be the whole left-most label');
  for (const label of ascii.split('.')) {
    if (label === '') throw refuse('it has an empty label');
    if (label.length > 63) throw refuse('a label has more than 63 characters');
    if (!/^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$/.test(label)) throw refuse(`the label ${shown(label)} has other characters than letters, digits and inner hyphens`);
  }
  const name = isWildcard ? `*.${ascii}` : ascii;
  if (name.length > 253) throw refuse('it has more than 253 characters');
  return name;
}

/** Whether `checkedDnsName` would take the value. */
export function isDnsName(value: string): boolean {
  try {
    checkedDnsName(value, 'value');
    return true;
  } catch {
    return false;
  }
}

/** IP address in its canonical text. */
export function checkedAddress(value: string, path: string): string {
  const bytes = addressBytes(value);
  if (bytes === null) throw invalidField(path, `${shown(value)} is not an IPv4 or IPv6 address`);
  return addressText(bytes);
}

/** Address block in its canonical text `address/prefix`. */
export function checkedNetwork(value: string, path: string): string {
  const bytes = networkBytes(value);
  const text = bytes === null ? null : networkText(bytes);
  if (text === null) throw invalidField(path, `${shown(value)} is not a network "address/prefix" without host bits`);
  return text;
}

/** Absolute URI in ASCII (RFC 5280 §4.2.1.6). */
export function checkedUri(value: string, path: string): string {
  if (value.length > uriChars) throw invalidField(path, `URI has ${value.length} characters, at most ${uriChars} are allowed`);
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/.test(value)) throw invalidField(path, `${shown(value)} is not an absolute URI in ASCII`);
  return value;
}

/** Address of CRL, OCSP or issuer certificate: a URI that relying parties fetch. */
export function checkedUrl(value: string, path: string): string {
  if (!/^(?:https?|ldaps?):\/\//i.test(value)) throw invalidField(path, `${shown(value)} is not an http, https or ldap address`);
  return checkedUri(value, path);
}

/** Mailbox `local@domain` in ASCII; the domain of an international address in its `xn--` form. */
export function checkedEmail(value: string, path: string): string {
  const at = value.lastIndexOf('@');
  const local = value.slice(0, Math.max(at, 0));
  if (!/^[\x21-\x7e]{1,64}$/.test(local) || /[<>@,;:\\"()[\]]/.test(local)) throw invalidField(path, `${shown(value)} is not an e-mail address "local@domain" in ASCII`);
  const domain = value.slice(at + 1);
  if (domain.startsWith('*') || !isDnsName(domain)) throw invalidField(path, `${shown(value)} is not an e-mail address: ${shown(domain)} is not a DNS name`);
  return `${local}@${checkedDnsName(domain, path)}`;
}

export function checkedOid(value: string, path: string): string {
  if (!isOid(value)) throw invalidField(path, `${shown(value)} is not an object identifier in dotted form`);
  return value;
}
