import type { Extensions } from './extensions.js';

/** Each extension as its own DER `Extension`. `hasSubject: false` makes the SAN critical (RFC 5280 §4.2.1.6). */
export function encodeExtensionList(_extensions: Extensions, _options: { hasSubject: boolean }): Buffer[] {
  throw new Error('not built');
}

/** DER `Extensions` (the SEQUENCE), empty list included. */
export function encodeExtensions(_extensions: Extensions, _options: { hasSubject: boolean }): Buffer {
  throw new Error('not built');
}
