import { slugify, type ExtensionRequest } from '@sifaka/pki';

/** Where an installation publishes what is known of its authorities. `{authority}` stands for the slug of an authority's name. */
export interface PublishedAddresses {
  /** Certificates of the authorities: `http://pki.example/{authority}.crt`. */
  readonly caIssuers: readonly string[];
  /** OCSP responders. */
  readonly ocsp: readonly string[];
  /** Revocation lists. */
  readonly crl: readonly string[];
}

/**
 * Fills in the addresses that a request wishes for without naming them (`includeAIA: true`, `includeCrlDp: "yes"`). A wish for
 * which nothing is published is left out, as Lemur's clients know it: an address that leads nowhere is worse than none. A root
 * has nobody above it to point at.
 */
export function withPublishedAddresses(request: ExtensionRequest, { caIssuers, ocsp, crl }: PublishedAddresses, authority: string | null): ExtensionRequest {
  if (authority === null) return request;
  const addresses = (templates: readonly string[]) => templates.map((template) => template.replaceAll('{authority}', slugify(authority)));
  const fillsAccess = request.wantsAuthorityInfoAccess === true && request.authorityInfoAccess === undefined && caIssuers.length + ocsp.length > 0;
  const fillsCrl = request.wantsCrlDistributionPoints === true && request.crlDistributionPoints === undefined && crl.length > 0;
  return {
    ...request,
    ...(fillsAccess && { authorityInfoAccess: { caIssuers: addresses(caIssuers), ocsp: addresses(ocsp) } }),
    ...(fillsCrl && { crlDistributionPoints: addresses(crl) }),
  };
}
