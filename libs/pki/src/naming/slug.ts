import { malformed } from '../invalid.js';
import { nameOids, valueOf, type Name } from '../name/name.js';

/** Texts beyond this are refused: normalising them costs, and no name comes near it. */
const maxChars = 10_000;

/**
 * Slug of a certificate name: compatibility forms and accents reduced to ASCII, each run of characters other than ASCII
 * letters, digits and `.` replaced by `joiner`, `xn--` kept, none at the ends. Errors: `invalid_argument` over 10,000 characters.
 */
export function slugify(text: string, joiner: '-' | '' = '-'): string {
  if (text.length > maxChars) throw malformed(`a name of ${text.length} characters cannot be shortened to a slug, at most ${maxChars} are allowed`);
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '');
  const joined = plain.replace(/(?<=xn)(--)(?=[A-Za-z0-9.])|[^A-Za-z0-9.]+/g, (_run, kept: string | undefined) => kept ?? joiner);
  return joined.replace(/^-+|-+$/g, '');
}

/** Issuer text: slug of CN, else O, with an empty joiner; `<selfsigned>`, or `<unknown>` without either. */
export function issuerSlug({ issuer, isSelfSigned }: { readonly issuer: Name; readonly isSelfSigned: boolean }): string {
  if (isSelfSigned) return '<selfsigned>';
  const slug = slugify(valueOf(issuer, nameOids.commonName) ?? valueOf(issuer, nameOids.organization) ?? '', '');
  return slug === '' ? '<unknown>' : slug;
}
