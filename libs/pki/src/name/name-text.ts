import type { Name } from './name.js';

/** RFC 4514 text, last RDN first; types other than CN, L, ST, O, OU, C, STREET, DC, UID in dotted form. */
export function nameText(_name: Name): string {
  throw new Error('not built');
}
