import { z } from 'zod';
import { event } from '../contract.js';
import { Base64, Id, Timestamp } from '../values.js';

/** RFC 8555 section 7.1.3 and RFC 8738. A wildcard keeps its `*.`. */
export const AcmeIdentifier = z.object({ type: z.enum(['dns', 'ip']), value: z.string().max(255) });
export type AcmeIdentifier = z.output<typeof AcmeIdentifier>;

/** Written in one statement with the pending certificate that waits for it: one order for each. */
export const orderRequested = event('sifaka.v1.order.requested', {
  source: 'issuer',
  summary: 'An ACME order is needed for a pending certificate.',
  data: z.object({
    pendingCertificateId: Id,
    /** Name of the authority; the account belongs to it. */
    authority: z.string(),
    /** CertificationRequest (RFC 2986). */
    csrDer: Base64,
    identifiers: z.array(AcmeIdentifier).min(1),
    challenge: z.enum(['dns-01', 'http-01', 'auto']),
    /** Provider asked for by the applicant; null: the one that serves the longest zone of each name. */
    dnsProviderId: Id.nullable(),
    preferredIssuer: z.string().nullable(),
    dropsLastCertificate: z.boolean(),
    profile: z.string().nullable(),
    /** Label or id of the destination that HTTP-01 tokens are put to; null: the platform answers itself. */
    tokenDestination: z.string().nullable(),
    /** DER of the certificate that is replaced, of the same authority (RFC 9773 section 5). */
    replacesDer: Base64.nullable(),
    until: Timestamp,
  }),
});

/** Nobody waits for it any more. */
export const orderAbandoned = event('sifaka.v1.order.abandoned', {
  source: 'issuer',
  summary: 'The pending certificate of an ACME order was cancelled or settled otherwise.',
  data: z.object({ pendingCertificateId: Id }),
});

export const orderProgressed = event('sifaka.v1.order.progressed', {
  source: 'acme',
  summary: 'An ACME order took a step, or failed to and will try again.',
  data: z.object({
    pendingCertificateId: Id,
    orderId: Id,
    state: z.string(),
    attempts: z.int(),
    lastError: z.string().nullable(),
    nextTryAt: Timestamp.nullable(),
    orderUrl: z.string().nullable(),
  }),
});

export const orderFinalized = event('sifaka.v1.order.finalized', {
  source: 'acme',
  summary: 'An ACME order ended with a certificate.',
  data: z.object({
    pendingCertificateId: Id,
    orderId: Id,
    orderUrl: z.string(),
    certificateDer: Base64,
    /** Issuer first. */
    chainDer: z.array(Base64),
  }),
});

export const orderFailed = event('sifaka.v1.order.failed', {
  source: 'acme',
  summary: 'An ACME order was given up.',
  data: z.object({ pendingCertificateId: Id, orderId: Id, orderUrl: z.string().nullable(), attempts: z.int(), error: z.string() }),
});

/** RFC 9773: when the CA would like a certificate to be renewed. */
export const renewalWindowChanged = event('sifaka.v1.renewal_window.changed', {
  source: 'acme',
  summary: 'An ACME CA suggests another time for the renewal of a certificate.',
  data: z.object({
    pendingCertificateId: Id,
    fingerprintSha256: z.string(),
    windowStart: Timestamp,
    windowEnd: Timestamp,
    explanationUrl: z.string().nullable(),
  }),
});

const TokenFile = z.object({
  challengeId: Id,
  /** Label or id. */
  destination: z.string(),
  /** `.well-known/acme-challenge/<token>`. */
  path: z.string(),
});

export const tokenUploadRequested = event('sifaka.v1.challenge_token.requested', {
  source: 'acme',
  summary: 'A destination has to serve an HTTP-01 token.',
  data: TokenFile.extend({ content: z.string() }),
});
export const tokenRemovalRequested = event('sifaka.v1.challenge_token.obsolete', {
  source: 'acme',
  summary: 'A destination need not serve an HTTP-01 token any more.',
  data: TokenFile,
});
export const tokenUploaded = event('sifaka.v1.challenge_token.uploaded', {
  source: 'deploy',
  summary: 'A destination serves an HTTP-01 token.',
  data: z.object({ challengeId: Id }),
});
export const tokenUploadFailed = event('sifaka.v1.challenge_token.failed', {
  source: 'deploy',
  summary: 'An HTTP-01 token could not be put to a destination.',
  data: z.object({ challengeId: Id, error: z.string(), isRetryable: z.boolean() }),
});

export const acmeEvents = [
  orderRequested,
  orderAbandoned,
  orderProgressed,
  orderFinalized,
  orderFailed,
  renewalWindowChanged,
  tokenUploadRequested,
  tokenRemovalRequested,
  tokenUploaded,
  tokenUploadFailed,
] as const;
