import type { Authorization, Challenge, Directory, Identifier, Order } from './resources.js';

/** What a CA answered, where it keeps it, and how long it would like us to wait before we ask again. */
export interface Resource<T> {
  readonly url: string;
  readonly body: T;
  readonly retryAfterMs: number | null;
}

export interface NewOrder {
  /** A wildcard keeps its `*.` (RFC 8555 section 7.1.3); addresses as RFC 8738 writes them. */
  readonly identifiers: readonly Identifier[];
  /** draft-ietf-acme-profiles. */
  readonly profile?: string | null;
  /** Certificate identifier of RFC 9773 section 4.1; left out for a CA without renewal information. */
  readonly replaces?: string | null;
}

/** RFC 9773 section 4.2. */
export interface RenewalWindow {
  readonly windowStart: Date;
  readonly windowEnd: Date;
  readonly explanationUrl: string | null;
  /** When to ask again. */
  readonly retryAfterMs: number | null;
}

/** A certificate with the chains that the CA offers for it: DER, the certificate itself first, as the CA sent them. */
export interface CertificateChains {
  /** The default chain first, then the alternates in the order of the CA's links; never empty. */
  readonly chains: readonly (readonly Buffer[])[];
}

export interface Revocation {
  readonly certificateDer: Uint8Array;
  /** RFC 5280 section 5.3.1. */
  readonly reason: number;
  /** Key of the certificate in the key vault, to sign with instead of the account's. */
  readonly keyId?: string | null;
}

/**
 * The account of one authority at its CA (RFC 8555). Requests are signed in the key vault, wait for the CA's rate limits, and are tried
 * again with the nonce that the CA gives; nothing else is tried again here.
 *
 * Every method throws AppError: `failed_precondition` for what the CA will not do as asked, `rate_limited` with `retryAfterMs`,
 * `not_found` for a resource that the CA does not have (any more), `upstream_failed` and `upstream_timeout` for what may work later. Of a
 * problem document the reason is `acme.` and its type (`acme.badCSR`, `acme.orderNotReady`), the detail the CA's words.
 */
export interface AcmeConnection {
  readonly accountUrl: string;
  readonly directoryUrl: string;
  directory(): Promise<Directory>;
  newOrder(order: NewOrder): Promise<Resource<Order>>;
  order(url: string): Promise<Resource<Order>>;
  /** Addresses of the account's orders as far as the CA lists them (RFC 8555 section 7.1.2.1); empty for a CA that lists none. */
  orders(): Promise<readonly string[]>;
  authorization(url: string): Promise<Resource<Authorization>>;
  /** Says that the challenge can be validated. An already answered one is left as it is by the CA. */
  answerChallenge(url: string): Promise<Resource<Challenge>>;
  deactivateAuthorization(url: string): Promise<void>;
  /** The certificate may come at once (`valid`) or later (`processing`). */
  finalize(url: string, csrDer: Uint8Array): Promise<Resource<Order>>;
  /** @param withAlternates false when the default chain will do: each of the others is a request; true by default */
  certificate(url: string, withAlternates?: boolean): Promise<CertificateChains>;
  /** RFC 8555 section 8.1: `<token>.<thumbprint of the account key>`; of DNS-01 the record is the SHA-256 of it, base64url. */
  keyAuthorization(token: string): Promise<string>;
  /** Null for a CA without renewal information. @param certificateId RFC 9773 section 4.1 */
  renewalInfo(certificateId: string): Promise<RenewalWindow | null>;
  /** A certificate that is revoked already counts as revoked. */
  revoke(revocation: Revocation): Promise<void>;
}

/** Connections to CAs by authority; what they know (directory, nonces, limits) is shared by all accounts at one directory. */
export abstract class AcmeConnections {
  /** @throws AppError `failed_precondition`, reason `acme.no_account`, for an authority without an open account */
  abstract of(authority: string): Promise<AcmeConnection>;
}
