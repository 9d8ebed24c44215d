/** Slugs of the issuers whose authorities are ACME CAs. */
const acmeIssuers = ['acme-issuer', 'acme-http-issuer', 'acme-auto-issuer'];

export const isAcmeIssuer = (slug: string): boolean => acmeIssuers.includes(slug);

/** HTTP-01 alone needs no DNS provider. */
export const provesByDns = (slug: string): boolean => isAcmeIssuer(slug) && slug !== 'acme-http-issuer';
