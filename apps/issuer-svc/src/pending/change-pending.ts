import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock } from '@sifaka/kernel';
import { allow, type AccessRules } from '@sifaka/authz';
import {
  certificateCancelled,
  orderAbandoned,
  type cancelPendingCertificate,
  type InputOf,
  type OutputOf,
  type PendingCertificateRecord,
  type Principal,
  type retryPendingCertificate,
  type updatePendingCertificate,
} from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { auditEntry, newEvent, Outbox, type CallContext } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { ACCESS_RULES } from '../access-rules.js';
import { References } from '../issuance/references.js';
import { BeginWaiting } from './begin-waiting.js';
import { pendingFacts, type StoredPending } from './pending-certificate.js';
import { PendingIssuer } from './pending-issuer.js';
import { PendingReader } from './pending-reader.js';
import { isHidden, PendingRepository } from './pending.repository.js';
import { alreadyResolved } from './resolve-pending.js';
import { newWatch, tell, toldDetails } from './watch.js';

/** The row, locked, for a caller who may change it. @throws AppError `not_found`, `permission_denied` */
async function lockFor(pending: PendingRepository, tx: Sql, id: number, principal: Principal): Promise<StoredPending> {
  const row = await pending.lock(tx, id);
  if (row === null || isHidden(row)) throw new AppError('not_found', `there is no pending certificate ${id}`);
  allow(principal, 'certificate:write', row);
  return row;
}

/** Replaces owner, description, roles, flags and replacements, as for certificates (ED-1 to ED-4). */
@Injectable()
export class UpdatePending {
  constructor(
    private readonly pending: PendingRepository,
    private readonly references: References,
    private readonly reader: PendingReader,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  async run(input: InputOf<typeof updatePendingCertificate>, { principal }: CallContext): Promise<PendingCertificateRecord> {
    allow(principal, 'certificate:write', await this.pending.get(input.id));
    const { replaces } = await this.references.find({ authority: null, rotationPolicy: null, replaces: input.replaces, requestKey: null });
    for (const replaced of replaces) allow(principal, 'certificate:replace', replaced, this.rules);
    const at = this.clock.now();
    await this.pending.transaction(async (tx) => {
      const before = await lockFor(this.pending, tx, input.id, principal);
      if (before.resolvedCertificateId !== null) throw overAlready(before);
      const owner = input.owner.toLowerCase();
      const kept = owner === before.owner ? input.roleIds : input.roleIds.filter((id) => id !== before.ownerRoleId);
      const changed: StoredPending = {
        ...before,
        owner,
        ownerRoleId: input.ownerRoleId,
        roleIds: [...new Set([...kept, input.ownerRoleId])],
        description: input.description,
        notify: input.notify ?? before.notify,
        rotation: input.rotation ?? before.rotation,
        replaces: replaces.map(({ id }) => id),
        destinationIds: [...new Set(input.destinationIds)],
        notificationIds: [...new Set(input.notificationIds)],
      };
      await this.pending.update(tx, changed, at);
      await this.outbox.record(tx, [auditOf(principal, before, 'pending_certificate.updated', at, differencesOf(before, changed))]);
    });
    return this.reader.record(input.id);
  }
}

/** Cancels at the issuer where that can be done, and forgets it. Where it cannot, the certificate may come all the same, and is watched for. */
@Injectable()
export class CancelPending {
  constructor(
    private readonly pending: PendingRepository,
    private readonly issuers: PendingIssuer,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run({ id, note }: InputOf<typeof cancelPendingCertificate>, { principal }: CallContext): Promise<OutputOf<typeof cancelPendingCertificate>> {
    const found = await this.pending.get(id);
    allow(principal, 'certificate:write', found);
    if (found.resolvedCertificateId !== null) throw overAlready(found);
    // Before the row is locked: the authority is somebody else's.
    const untold = found.state === 'waiting' && found.settledBy === 'poll' ? await tell(() => this.issuers.cancel(found)) : undefined;
    const at = this.clock.now();
    await this.pending.transaction(async (tx) => {
      const row = await lockFor(this.pending, tx, id, principal);
      if (row.resolvedCertificateId !== null) throw overAlready(row);
      await this.pending.cancel(tx, id, typeof untold === 'string' ? newWatch(at) : null, at);
      const options = { subject: String(id), at };
      const cancelled = newEvent(certificateCancelled, { ...pendingFacts(row), note }, options);
      const abandoned = row.settledBy === 'order' && row.state === 'waiting' ? [newEvent(orderAbandoned, { pendingCertificateId: id }, options)] : [];
      await this.outbox.record(tx, [auditOf(principal, row, 'certificate.cancelled', at, { note, ...(untold !== undefined && toldDetails(untold)) })], [cancelled, ...abandoned]);
    });
    return { id };
  }
}

/** Asks now instead of at the next planned time. */
@Injectable()
export class RetryPending {
  constructor(
    private readonly pending: PendingRepository,
    private readonly issuers: PendingIssuer,
    private readonly waiting: BeginWaiting,
    private readonly reader: PendingReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run({ id }: InputOf<typeof retryPendingCertificate>, { principal }: Pick<CallContext, 'principal'>): Promise<PendingCertificateRecord> {
    const found = await this.pending.get(id);
    allow(principal, 'certificate:write', found);
    const { name: authorityName } = await this.issuers.authority(found);
    const at = this.clock.now();
    await this.pending.transaction(async (tx) => {
      const row = await lockFor(this.pending, tx, id, principal);
      if (row.state !== 'waiting') throw notWaiting(row);
      if (row.settledBy === 'upload') throw new AppError('failed_precondition', `nobody can be asked for "${row.name}": upload the certificate when you have it`, { reason: 'pending.upload_only' });
      await this.waiting.askNow(tx, row, authorityName, auditOf(principal, row, 'pending_certificate.retried', at, {}));
    });
    return this.reader.record(id);
  }
}

export function auditOf(principal: Principal, { id, name }: StoredPending, action: string, at: Date, details: Parameters<typeof auditEntry>[1]['details'] & object) {
  return auditEntry(principal, { at, service: 'issuer', action, object: { type: 'pending_certificate', id, name }, details });
}

const audited = ['owner', 'roleIds', 'description', 'notify', 'rotation', 'replaces', 'destinationIds', 'notificationIds'] as const;

function differencesOf(before: StoredPending, after: StoredPending) {
  const different = audited.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  return Object.fromEntries(different.map((key) => [key, { before: before[key], after: after[key] }]));
}

const overAlready = (row: StoredPending): AppError => new AppError('failed_precondition', alreadyResolved(row).message, { reason: 'pending.resolved' });

function notWaiting(row: StoredPending): AppError {
  if (row.resolvedCertificateId !== null) return overAlready(row);
  return new AppError('failed_precondition', `"${row.name}" was given up: ${row.lastError ?? 'its time is over'}. Ask for a new certificate`, { reason: 'pending.failed' });
}
