import { z } from 'zod';
import { command, query } from '../contract.js';
import { AcmeIdentifier } from '../events/acme.js';
import { Base64, CrlReason, Id, Timestamp } from '../values.js';
import { Window } from './list.js';

/** An account at an ACME CA. Its key is in the key vault and never leaves it. */
export const AcmeAccountRecord = z.object({
  id: Id,
  authority: z.string(),
  directoryUrl: z.string(),
  accountUrl: z.string().nullable(),
  email: z.string().nullable(),
  keyType: z.string(),
  status: z.enum(['opening', 'valid', 'deactivated', 'revoked']),
  hasExternalBinding: z.boolean(),
  lastError: z.string().nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type AcmeAccountRecord = z.output<typeof AcmeAccountRecord>;

/** Makes the account of an authority at its CA, or finds it again; the connection check of ACME authorities. */
export const openAcmeAccount = command('rpc.acme.account.open', {
  input: z.object({
    /** Null for an authority without a name yet: nothing is opened, but directory and options are looked at. */
    authority: z.string().min(1).max(128).nullable(),
    directoryUrl: z.string().max(2_048),
    email: z.string().max(256).nullable(),
    caPem: z.string().max(65_536).nullable(),
    isVerified: z.boolean(),
    eab: z.object({ kid: z.string().max(512), hmacKey: z.string().max(2_048) }).nullable(),
    existing: z.object({ privateKeyJwk: z.string().max(16_384), registration: z.string().max(16_384).nullable() }).nullable(),
  }),
  output: z.object({ accountUrl: z.string(), status: z.string(), profiles: z.record(z.string(), z.string()) }),
  callers: ['issuer'],
  codes: ['failed_precondition', 'conflict', 'upstream_failed', 'upstream_timeout', 'rate_limited'],
  idempotent: true,
  timeoutMs: 25_000,
});

export const revokeAcmeCertificate = command('rpc.acme.certificate.revoke', {
  input: z.object({
    authority: z.string().min(1).max(128),
    certificateDer: Base64,
    /** The certificate's own key, for when the account may not; null when the key vault does not have it. */
    keyId: z.uuid().nullable(),
    crlReason: CrlReason,
  }),
  output: z.object({}),
  callers: ['issuer'],
  codes: ['failed_precondition', 'not_found', 'upstream_failed', 'upstream_timeout', 'rate_limited'],
  /** A certificate that is revoked already counts as revoked. */
  idempotent: true,
  timeoutMs: 14_000,
});

export const listAcmeAccounts = query('rpc.acme.account.list', {
  input: z.object({ window: Window, authority: z.string().nullable() }),
  output: z.object({ items: z.array(AcmeAccountRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
});

export const getAcmeAccount = query('rpc.acme.account.get', {
  input: z.object({ id: Id }),
  output: AcmeAccountRecord,
  callers: ['gateway'],
  codes: ['not_found'],
});

/** RFC 8555 section 7.3.2. */
export const updateAcmeAccount = command('rpc.acme.account.update', {
  input: z.object({ id: Id, email: z.email().max(256).nullable() }),
  output: AcmeAccountRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition', 'upstream_failed', 'upstream_timeout'],
  idempotent: true,
  timeoutMs: 15_000,
});

/** RFC 8555 section 7.3.5: a new key, the same account. */
export const rollOverAcmeAccount = command('rpc.acme.account.roll_over', {
  input: z.object({ id: Id }),
  output: AcmeAccountRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition', 'conflict', 'upstream_failed', 'upstream_timeout'],
  timeoutMs: 15_000,
});

/** RFC 8555 section 7.3.6; for good. */
export const deactivateAcmeAccount = command('rpc.acme.account.deactivate', {
  input: z.object({ id: Id }),
  output: AcmeAccountRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'upstream_failed', 'upstream_timeout'],
  idempotent: true,
  timeoutMs: 15_000,
});

export const orderStates = ['requested', 'ordered', 'authorizing', 'ready', 'finalizing', 'issued', 'failed', 'abandoned'] as const;
export const challengeStates = ['chosen', 'publishing', 'published', 'answered', 'valid', 'invalid', 'skipped'] as const;

export const AcmeChallengeRecord = z.object({
  id: Id,
  identifier: AcmeIdentifier,
  /** Null until one is chosen, and for an authorization that was valid already. */
  type: z.enum(['dns-01', 'http-01']).nullable(),
  state: z.enum(challengeStates),
  /** Where the record stands: the name itself, or what it is delegated to. */
  recordName: z.string().nullable(),
  dnsProvider: z.object({ id: Id, name: z.string() }).nullable(),
  tokenDestination: z.string().nullable(),
  /** Nothing is left of it in DNS or at the destination. */
  isCleanedUp: z.boolean(),
  lastError: z.string().nullable(),
});

export const AcmeOrderRecord = z.object({
  id: Id,
  pendingCertificateId: Id,
  authority: z.string(),
  state: z.enum(orderStates),
  orderUrl: z.string().nullable(),
  attempts: z.int(),
  lastError: z.string().nullable(),
  nextTryAt: Timestamp.nullable(),
  until: Timestamp,
  createdAt: Timestamp,
  updatedAt: Timestamp,
  challenges: z.array(AcmeChallengeRecord),
});
export type AcmeOrderRecord = z.output<typeof AcmeOrderRecord>;

export const listAcmeOrders = query('rpc.acme.order.list', {
  input: z.object({ window: Window, authority: z.string().nullable(), state: z.enum(orderStates).nullable(), pendingCertificateId: Id.nullable() }),
  output: z.object({ items: z.array(AcmeOrderRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
});

export const getAcmeOrder = query('rpc.acme.order.get', {
  input: z.object({ id: Id }),
  output: AcmeOrderRecord,
  callers: ['gateway'],
  codes: ['not_found'],
});

/** Key authorization of a token that an order waits for, for `/.well-known/acme-challenge/<token>` (RFC 8555 section 8.3). */
export const readChallengeResponse = query('rpc.acme.challenge.response', {
  input: z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{1,256}$/) }),
  output: z.object({ keyAuthorization: z.string().nullable() }),
  callers: ['gateway'],
});

/** RFC 9773: windows of the certificates with these fingerprints (SHA-256, hex), as the CA last said. */
export const listRenewalWindows = query('rpc.acme.renewal_window.list', {
  input: z.object({ fingerprints: z.array(z.string().length(64)).max(1_000) }),
  output: z.object({
    windows: z.array(
      z.object({ fingerprintSha256: z.string(), windowStart: Timestamp, windowEnd: Timestamp, explanationUrl: z.string().nullable(), checkedAt: Timestamp }),
    ),
  }),
  callers: ['gateway', 'issuer'],
});

export const acmeContracts = [
  openAcmeAccount,
  revokeAcmeCertificate,
  listAcmeAccounts,
  getAcmeAccount,
  updateAcmeAccount,
  rollOverAcmeAccount,
  deactivateAcmeAccount,
  listAcmeOrders,
  getAcmeOrder,
  readChallengeResponse,
  listRenewalWindows,
] as const;
