import type { Name } from '../name/name.js';

/** Slug of a certificate name: ASCII letters, digits and `.`, runs of anything else become one `-`, `xn--` stays. */
export function slugify(_text: string, _joiner = '-'): string {
  throw new Error('not built');
}

/** Issuer text: slug of CN, else O, with an empty joiner; `<selfsigned>`, or `<unknown>` without either. */
export function issuerSlug(_certificate: { issuer: Name; isSelfSigned: boolean }): string {
  throw new Error('not built');
}
