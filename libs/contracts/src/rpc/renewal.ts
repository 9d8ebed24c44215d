import { z } from 'zod';
import { command, query } from '../contract.js';
import { Id, Timestamp } from '../values.js';
import { IssueAnswer } from './pending-certificate.js';

/**
 * `planned`: its time has not come. `due`: it waits for its turn at the authority. `running`: asked for. `pending`: the authority answers later.
 * `failing`: tried without success, tried again; or bound to fail, as its reason says. `renewed`: another certificate took its place. `off`: nobody wants it renewed.
 */
export const renewalStates = ['planned', 'due', 'running', 'pending', 'failing', 'renewed', 'off'] as const;
export const RenewalState = z.enum(renewalStates);

/** What will become of a certificate, when and why. */
export const RenewalRecord = z.object({
  certificateId: Id,
  state: RenewalState,
  /** Why it is renewed then, or not at all, in words: "rotation policy \"default\": 30 days before its end". */
  reason: z.string(),
  /** From then on it may be renewed; null while it is off. */
  windowStart: Timestamp.nullable(),
  /** Its own place within the window; the authority's rate may make it later. */
  plannedAt: Timestamp.nullable(),
  /** Later than this a renewal counts as late, and people are told. */
  lateAt: Timestamp.nullable(),
  isLate: z.boolean(),
  attempts: z.int(),
  lastError: z.string().nullable(),
  lastAttemptAt: Timestamp.nullable(),
  nextTryAt: Timestamp.nullable(),
  /** The certificate that took its place. */
  successorId: Id.nullable(),
  pendingCertificateId: Id.nullable(),
});
export type RenewalRecord = z.output<typeof RenewalRecord>;

export const getRenewal = query('rpc.issuer.renewal.get', { input: z.object({ id: Id }), output: RenewalRecord, callers: ['gateway'], codes: ['not_found'] });

/** What a reissue would ask for. */
export const ReissuePlan = z.object({
  certificateId: Id,
  name: z.string(),
  commonName: z.string(),
  names: z.array(z.string()),
  authority: z.object({ id: Id, name: z.string() }),
  validityStart: Timestamp,
  validityEnd: Timestamp,
});
export type ReissuePlan = z.output<typeof ReissuePlan>;

/** A new certificate with the attributes of the old one and a new key, in its place (domain-rules RI). `isDryRun`: only says what would be asked for. */
export const reissueCertificate = command('rpc.issuer.certificate.reissue', {
  input: z.object({
    id: Id,
    isDryRun: z.boolean(),
    /** Also for one that is replaced or revoked already: somebody wants it all the same. */
    isForced: z.boolean(),
    requestKey: z.string().length(64).nullable().default(null),
  }),
  output: z.object({ plan: ReissuePlan, issued: IssueAnswer.nullable() }),
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition', 'conflict', 'rate_limited', 'upstream_failed', 'upstream_timeout'],
  timeoutMs: 20_000,
});

/** Something that happened to a certificate, or will. */
export const TimelineEntry = z.object({
  /** Null: nobody knows when. */
  at: Timestamp.nullable(),
  kind: z.enum(['issued', 'imported', 'deployed', 'deployment', 'rotation', 'renewal', 'renewed', 'replaced', 'notification', 'revoked', 'released', 'deleted', 'expiry', 'cleanup', 'check']),
  state: z.enum(['done', 'planned', 'late', 'failed']),
  /** One line for people: "Renewal by LetsEncrypt". */
  title: z.string(),
  /** Why, and what stands in its way. */
  detail: z.string().nullable(),
  /** What to look at; null: nothing besides. */
  object: z.object({ type: z.enum(['certificate', 'pending_certificate', 'deployment', 'rotation', 'notification', 'endpoint', 'destination', 'delivery']), id: Id }).nullable(),
});
export type TimelineEntry = z.output<typeof TimelineEntry>;

const Timeline = { input: z.object({ certificateId: Id }), output: z.object({ entries: z.array(TimelineEntry).max(500) }), callers: ['gateway'] } as const;

/** Each service tells what it knows; newest first, what has no time at the end. */
export const issuerTimeline = query('rpc.issuer.certificate.timeline', { ...Timeline, codes: ['not_found'] });
export const deployTimeline = query('rpc.deploy.certificate.timeline', Timeline);
export const notifyTimeline = query('rpc.notify.certificate.timeline', Timeline);

/** A certificate as those need it who look after the ends of many. */
export const EndingCertificate = z.object({
  id: Id,
  name: z.string(),
  commonName: z.string().nullable(),
  /** DNS names and IP addresses, at most a hundred. */
  names: z.array(z.string()),
  serialHex: z.string(),
  issuer: z.string(),
  owner: z.string(),
  description: z.string().nullable(),
  notify: z.boolean(),
  rotation: z.boolean(),
  notBefore: Timestamp,
  notAfter: Timestamp,
  dateCreated: Timestamp,
  authority: z.object({ id: Id, name: z.string(), plugin: z.string() }).nullable(),
  userId: Id.nullable(),
  /** Of an authority's own certificate: the authority. */
  ownAuthority: z.object({ id: Id, name: z.string(), isSelfSigned: z.boolean(), issuedCount: z.int() }).nullable(),
  /** Names of the certificates that it replaces and that replace it. */
  replaces: z.array(z.object({ id: Id, name: z.string() })),
  replacedBy: z.array(z.object({ id: Id, name: z.string() })),
  endpointCount: z.int(),
  destinationCount: z.int(),
  /** Its rotation policy's window has begun (without a policy: that of `default`). */
  isInRenewalWindow: z.boolean(),
  renewal: RenewalRecord.pick({ state: true, reason: true, windowStart: true, plannedAt: true, lateAt: true, isLate: true, lastError: true }),
});
export type EndingCertificate = z.output<typeof EndingCertificate>;

/** Certificates that end between two times, soonest first; never deleted or expired ones, nor revoked ones unless those on hold are asked for. An answer may be shorter than `limit`: read on until it is empty. */
export const listEndingCertificates = query('rpc.issuer.certificate.list_ending', {
  input: z.object({
    /** Null: from now. */
    notAfterFrom: Timestamp.nullable(),
    notAfterTo: Timestamp,
    ids: z.array(Id).min(1).max(500).nullable(),
    /** Null: both. */
    notify: z.boolean().nullable(),
    kind: z.enum(['leaf', 'authority']),
    /** True: those alone that are on hold (revoked, reason certificateHold); `notify` is then what it was before. */
    isOnHold: z.boolean().optional(),
    /** Read on after this one of the last answer. */
    after: z.object({ notAfter: Timestamp, id: Id }).nullable(),
    limit: z.int().min(1).max(500),
  }),
  output: z.object({ certificates: z.array(EndingCertificate) }),
  callers: ['notify', 'discovery', 'deploy'],
  timeoutMs: 10_000,
});

/**
 * The same for certificates by their ids, whatever their state, in order of the ids; those that do not exist are left out. An answer may hold
 * the first of them only: ask for the ids behind its last one until none is left, or an answer is empty.
 */
export const readNotableCertificates = query('rpc.issuer.certificate.notable', {
  input: z.object({ ids: z.array(Id).min(1).max(500) }),
  output: z.object({ certificates: z.array(EndingCertificate.extend({ status: z.enum(['valid', 'revoked', 'unknown']).nullable(), isDeleted: z.boolean() })) }),
  callers: ['notify', 'discovery', 'deploy'],
});

export const renewalContracts = [getRenewal, reissueCertificate, issuerTimeline, deployTimeline, notifyTimeline, listEndingCertificates, readNotableCertificates] as const;
