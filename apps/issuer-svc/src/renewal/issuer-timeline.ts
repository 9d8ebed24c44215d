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

interface LifeRow {
  id: number;
  name: string;
  status: 'valid' | 'revoked' | 'unknown' | null;
  dateCreated: Date;
  notAfter: Date;
  revokedAt: Date | null;
  revocationReason: string | null;
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
  const { authorityName, isImported, renewedFrom, replaces, replacedBy, revokedAt, revocationReason, deletedAt } = row;
  const by = authorityName === null ? '' : ` by ${authorityName}`;
  const origin = isImported ? happened('imported', row.dateCreated, 'Taken into the inventory', null, null) : happened('issued', row.dateCreated, `Issued${by}`, renewedFrom === null ? null : `It renews "${renewedFrom.name}"`, renewedFrom === null ? null : certificate(renewedFrom));
  const others = replaces.filter(({ id }) => id !== renewedFrom?.id);
  const isOnHold = revocationReason === 'certificateHold';
  return [
    origin,
    ...others.map((other) => happened('replaced', row.dateCreated, `Takes the place of ${other.name}`, null, certificate(other))),
    ...replacedBy.map(({ at, isRenewal, ...other }) => happened(isRenewal ? 'renewed' : 'replaced', new Date(at), isRenewal ? `Renewed: ${other.name}` : `Replaced by ${other.name}`, null, certificate(other))),
    ...(row.status === 'revoked' && revokedAt !== null ? [happened('revoked', revokedAt, isOnHold ? 'Put on hold' : 'Revoked', revocationReason === null ? null : `Reason: ${revocationReason}`, null)] : []),
    ...(deletedAt === null ? [] : [happened('deleted', deletedAt, 'Deleted from the inventory', null, null)]),
  ];
}

/** What comes next, or why nothing does. */
function renewalEntries(renewal: RenewalRecord, { authorityName }: LifeRow): TimelineEntry[] {
  const title = authorityName === null ? 'Renewal' : `Renewal by ${authorityName}`;
  const { state, reason, plannedAt, nextTryAt, lastAttemptAt, lastError, isLate, pendingCertificateId } = renewal;
  const failed: TimelineEntry[] = lastError === null || lastAttemptAt === null || state === 'renewed' ? [] : [{ at: lastAttemptAt, kind: 'renewal', state: 'failed', title: `${title} failed`, detail: lastError, object: null }];
  switch (state) {
    case 'off':
    case 'renewed':
      return failed;
    case 'pending':
      return [...failed, { at: null, kind: 'renewal', state: isLate ? 'late' : 'planned', title: `${title} is under way`, detail: reason, object: pendingCertificateId === null ? null : { type: 'pending_certificate', id: pendingCertificateId } }];
    default:
      return [...failed, { at: nextTryAt ?? plannedAt, kind: 'renewal', state: isLate ? 'late' : 'planned', title, detail: reason, object: null }];
  }
}

function ends({ notAfter }: LifeRow, now: Date): TimelineEntry[] {
  const isOver = notAfter <= now;
  return [{ at: timestamp(notAfter), kind: 'expiry', state: isOver ? 'done' : 'planned', title: isOver ? 'Expired' : 'Expires', detail: null, object: null }];
}

const maxEntries = 500;
