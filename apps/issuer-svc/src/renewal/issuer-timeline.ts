import { Inject, Injectable } from '@nestjs/common';
import type { InputOf, issuerTimeline, OutputOf, RenewalRecord, TimelineEntry } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError, timestamp, type Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { ReadRenewal } from './read-renewal.js';

/** What this service knows of the life of a certificate: it came, it will be renewed, it ends. */
@Injectable()
export class IssuerTimeline {
  constructor(
    private readonly database: Database,
    private readonly renewals: ReadRenewal,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found` */
  async run({ certificateId: id }: InputOf<typeof issuerTimeline>): Promise<OutputOf<typeof issuerTimeline>> {
    const [[row], renewal] = await Promise.all([this.database.query<LifeRow>({ name: 'certificate-life', text: lifeSql, values: [id] }), this.renewals.run({ id })]);
    if (row === undefined) throw new AppError('not_found', `there is no certificate ${id}`);
    const entries = [...past(row), ...renewalEntries(renewal, row), ...ends(row, this.clock.now())];
    return { entries: entries.sort((a, b) => (b.at ?? '').localeCompare(a.at ?? '')).slice(0, maxEntries) };
  }
}

interface Named {
  id: number;
  name: string;
}

/** It was revoked, held or released; or, when it was revoked already, for another reason. */
interface RevocationChange {
  at: string;
  isRevoked: boolean;
  reason: string | null;
}

interface LifeRow {
  id: number;
  name: string;
  status: 'valid' | 'revoked' | 'unknown' | null;
  dateCreated: Date;
  notAfter: Date;
  revokedAt: Date | null;
  revocationReason: string | null;
  /** Latest first. */
  revocationChanges: RevocationChange[];
  isImported: boolean;
  authorityName: string | null;
  renewedFrom: Named | null;
  replaces: Named[];
  replacedBy: (Named & { at: string; isRenewal: boolean })[];
  deletedAt: Date | null;
}

const lifeSql = `
  select c.id, c.name, c.status, c.date_created as "dateCreated", c.not_after as "notAfter", c.revoked_at as "revokedAt",
    c.revocation_reason as "revocationReason",
    array(select json_build_object('at', h.at, 'isRevoked', h.is_revoked, 'reason', h.reason) from revocation_change h where h.certificate_id = c.id
      order by h.id desc limit 100) as "revocationChanges",
    c.root_authority_id is null and not exists (select from certificate_log l where l.certificate_id = c.id and l.log_type = 'create_cert') as "isImported",
    (select a.name from authority a where a.id = coalesce(c.authority_id, c.root_authority_id)) as "authorityName",
    (select json_build_object('id', o.id, 'name', o.name) from certificate o where o.id = c.renewal_of) as "renewedFrom",
    array(select json_build_object('id', o.id, 'name', o.name) from certificate_replacement l join certificate o on o.id = l.replaced_id
      where l.certificate_id = c.id order by o.id limit 50) as replaces,
    array(select json_build_object('id', n.id, 'name', n.name, 'at', n.date_created, 'isRenewal', n.renewal_of = c.id) from certificate_replacement l
      join certificate n on n.id = l.certificate_id where l.replaced_id = c.id order by n.id limit 50) as "replacedBy",
    case when c.deleted then coalesce((select max(l.logged_at) from certificate_log l where l.certificate_id = c.id and l.log_type = 'delete_cert'), c.updated_at) end as "deletedAt"
  from certificate c where c.id = $1`;

const certificate = ({ id }: { id: number }) => ({ type: 'certificate' as const, id });
const happened = (kind: TimelineEntry['kind'], at: Date, title: string, detail: string | null, object: TimelineEntry['object']): TimelineEntry => ({ at: timestamp(at), kind, state: 'done', title, detail, object });

function past(row: LifeRow): TimelineEntry[] {
  const { authorityName, isImported, renewedFrom, replaces, replacedBy, deletedAt } = row;
  const by = authorityName === null ? '' : ` by ${authorityName}`;
  const origin = isImported ? happened('imported', row.dateCreated, 'Taken into the inventory', null, null) : happened('issued', row.dateCreated, `Issued${by}`, renewedFrom === null ? null : `It renews "${renewedFrom.name}"`, renewedFrom === null ? null : certificate(renewedFrom));
  const others = replaces.filter(({ id }) => id !== renewedFrom?.id);
  return [
    origin,
    ...others.map((other) => happened('replaced', row.dateCreated, `Takes the place of ${other.name}`, null, certificate(other))),
    ...replacedBy.map(({ at, isRenewal, ...other }) => happened(isRenewal ? 'renewed' : 'replaced', new Date(at), isRenewal ? `Renewed: ${other.name}` : `Replaced by ${other.name}`, null, certificate(other))),
    ...revocations(row),
    ...(deletedAt === null ? [] : [happened('deleted', deletedAt, 'Deleted from the inventory', null, null)]),
  ];
}

/** Also what was taken back. What the certificate came with, or what is older than the record, only its own row says. */
function revocations({ status, revokedAt, revocationReason, revocationChanges }: LifeRow): TimelineEntry[] {
  const known = revocationChanges.map((change, index) => (change.isRevoked ? revoked(change, revocationChanges[index + 1] ?? null) : happened('released', new Date(change.at), 'Released from the hold', 'Reason: removeFromCRL', null)));
  const isKnown = revocationChanges[0]?.isRevoked === true;
  if (status !== 'revoked' || revokedAt === null || isKnown) return known;
  return [revoked({ at: revokedAt.toISOString(), reason: revocationReason }, null), ...known];
}

function revoked({ at, reason }: Omit<RevocationChange, 'isRevoked'>, before: RevocationChange | null): TimelineEntry {
  const why = reason === null ? [] : [`Reason: ${reason}`];
  const since = before?.isRevoked === true && before.reason === hold ? [`it counts from the hold on, ${timestamp(new Date(before.at))}`] : [];
  return happened('revoked', new Date(at), reason === hold ? 'Put on hold' : 'Revoked', [...why, ...since].join('; ') || null, null);
}

const hold = 'certificateHold';

/** What comes next, or why nothing does. */
function renewalEntries(renewal: RenewalRecord, { authorityName }: LifeRow): TimelineEntry[] {
  const title = authorityName === null ? 'Renewal' : `Renewal by ${authorityName}`;
  const { state, reason, plannedAt, nextTryAt, lastAttemptAt, lastError, isLate, pendingCertificateId } = renewal;
  const failed: TimelineEntry[] = lastError === null || lastAttemptAt === null || state === 'renewed' ? [] : [{ at: lastAttemptAt, kind: 'renewal', state: 'failed', title: `${title} failed`, detail: lastError, object: null }];
  const next: TimelineEntry = { at: nextTryAt ?? plannedAt, kind: 'renewal', state: isLate ? 'late' : 'planned', title, detail: reason, object: null };
  switch (state) {
    case 'off':
    case 'renewed':
      return failed;
    case 'pending':
      return [...failed, { at: null, kind: 'renewal', state: isLate ? 'late' : 'planned', title: `${title} is under way`, detail: reason, object: pendingCertificateId === null ? null : { type: 'pending_certificate', id: pendingCertificateId } }];
    case 'failing':
      // Known before anybody has tried.
      return failed.length === 0 ? [{ ...next, state: isLate ? 'late' : 'failed', title: `${title} will fail as things are` }] : [...failed, next];
    default:
      return [...failed, next];
  }
}

function ends({ notAfter }: LifeRow, now: Date): TimelineEntry[] {
  const isOver = notAfter <= now;
  return [{ at: timestamp(notAfter), kind: 'expiry', state: isOver ? 'done' : 'planned', title: isOver ? 'Expired' : 'Expires', detail: null, object: null }];
}

const maxEntries = 500;
