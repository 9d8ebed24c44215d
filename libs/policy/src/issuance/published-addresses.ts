import { crlOids, der, slugify, type CustomExtension, type ExtensionRequest } from '@sifaka/pki';

/** Where an installation publishes what is known of its authorities. `{authority}` stands for the slug of an authority's name. */
export interface PublishedAddresses {
  /** Certificates of the authorities: `http://pki.example/{authority}.crt`. */
  readonly caIssuers: readonly string[];
  /** OCSP responders. */
  readonly ocsp: readonly string[];
  /** Revocation lists. */
  readonly crl: readonly string[];
}

/** Where this platform itself answers for one authority whose key it holds. */
export interface ServedAddresses {
  /** What all of them begin with: `http://pki.example`. */
  readonly base: string;
  readonly caIssuers: string;
  readonly ocsp: string;
  readonly crl: string;
  /** Null: no deltas are made. */
  readonly deltaCrl: string | null;
}

/**
 * Fills in the addresses that a request wishes for without naming them (`includeAIA: true`, `includeCrlDp: "yes"`), and those of an
 * authority that is served here, unless the request says no. What is configured goes before what is served.
 *
 * A wish for which nothing is published is left out, as Lemur's clients know it: an address that leads nowhere is worse than none. A
 * root has nobody above it to point at. Addresses that this platform serves are filled in anew where a request brings them along: it is
 * made of an older certificate then, which may come from another authority.
 */
export function withPublishedAddresses(
  request: ExtensionRequest,
  published: PublishedAddresses,
  authority: string | null,
  served: ServedAddresses | null = null,
): ExtensionRequest {
  if (authority === null) return request;
  const asked = served === null ? request : withoutServed(request, served.base);
  const slug = slugify(authority);
  const configured = (templates: readonly string[]) => templates.map((template) => template.replaceAll('{authority}', slug));
  return { ...asked, ...access(asked, configured(published.caIssuers), configured(published.ocsp), served), ...lists(asked, configured(published.crl), served) };
}

type Access = Pick<ExtensionRequest, 'authorityInfoAccess'>;

function access({ authorityInfoAccess, wantsAuthorityInfoAccess: wish }: ExtensionRequest, configuredIssuers: string[], configuredOcsp: string[], served: ServedAddresses | null): Access {
  if (authorityInfoAccess !== undefined || !isWanted(wish, served)) return {};
  const caIssuers = configuredIssuers.length > 0 || served === null ? configuredIssuers : [served.caIssuers];
  const ocsp = configuredOcsp.length > 0 || served === null ? configuredOcsp : [served.ocsp];
  return caIssuers.length + ocsp.length > 0 ? { authorityInfoAccess: { caIssuers, ocsp } } : {};
}

type Lists = Pick<ExtensionRequest, 'crlDistributionPoints' | 'custom'>;

function lists({ crlDistributionPoints, wantsCrlDistributionPoints: wish, custom = [] }: ExtensionRequest, configured: string[], served: ServedAddresses | null): Lists {
  if (crlDistributionPoints !== undefined || !isWanted(wish, served)) return {};
  if (configured.length > 0) return { crlDistributionPoints: configured };
  if (served === null) return {};
  const isNamed = custom.some(({ oid }) => oid === crlOids.freshestCrl);
  return { crlDistributionPoints: [served.crl], ...(served.deltaCrl !== null && !isNamed && { custom: [...custom, freshestCrl(served.deltaCrl)] }) };
}

const isWanted = (wish: boolean | undefined, served: ServedAddresses | null): boolean => wish ?? served !== null;

/** RFC 5280 section 4.2.1.15: a distribution point like those of full lists. */
function freshestCrl(url: string): CustomExtension {
  const name = der.implicit(6, Buffer.from(url, 'latin1'));
  return { oid: crlOids.freshestCrl, isCritical: false, value: der.sequence(der.sequence(der.explicit(0, der.explicit(0, name)))) };
}

/** The request without addresses of this platform: they are wished for instead. */
function withoutServed(request: ExtensionRequest, base: string): ExtensionRequest {
  const { authorityInfoAccess, crlDistributionPoints, custom, ...rest } = request;
  const isServed = (url: string) => servedPaths.some((path) => url.startsWith(`${base}${path}`));
  const ocsp = (authorityInfoAccess?.ocsp ?? []).filter((url) => !isServed(url));
  const caIssuers = (authorityInfoAccess?.caIssuers ?? []).filter((url) => !isServed(url));
  const crl = (crlDistributionPoints ?? []).filter((url) => !isServed(url));
  const others = (custom ?? []).filter(({ oid, value }) => oid !== crlOids.freshestCrl || !Buffer.from(value).includes(`${base}/crl/`));
  return {
    ...rest,
    ...(ocsp.length + caIssuers.length > 0 && { authorityInfoAccess: { ocsp, caIssuers } }),
    ...(crl.length > 0 && { crlDistributionPoints: crl }),
    ...(others.length > 0 && { custom: others }),
  };
}

const servedPaths = ['/crl/', '/ocsp/', '/ca/'];
