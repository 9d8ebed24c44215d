import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { certificateDestinationsRequested, certificateImported, certificateIssued, type AuditEntry } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { auditEntry, auditEvents, newEvent, Outbox, type NewEvent } from '@sifaka/messaging';
import { nextFreeName } from '@sifaka/pki';
import { Coalescer } from '@sifaka/runtime';
import { countedNamesSql, insertSql, obstacleSql, reserveSql } from './insert-certificates.sql.js';
import { baseName, certificateRow, creatorOf, domainsOf, eventFacts, requesterOf, type NewCertificate } from './new-certificate.js';

/** Through which door it comes, and with that what is written about it. */
export type Door = 'issued' | 'imported' | 'authority';

export type Insertion =
  | { status: 'stored'; id: number; name: string; domains: { id: number; name: string }[] }
  /** The same request was answered before, by this certificate. */
  | { status: 'repeated'; id: number; contentHash: string | null }
  /** The authority has another certificate with that serial. */
  | { status: 'duplicate'; id: number };

export interface InsertItem {
  door: Door;
  certificate: NewCertificate;
}

/** Puts certificates into the inventory, in batches when many come at once. */
@Injectable()
export class CertificateInserter {
  private readonly coalescer: Coalescer<InsertItem, Insertion>;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {
    this.coalescer = new Coalescer((items) => this.insertPatiently(items), { maxItems: 64, maxRuns: 3 });
  }

  add(item: InsertItem): Promise<Insertion> {
    return this.coalescer.add(item);
  }

  /** In a transaction of the caller's; `ids` when it has drawn them already. */
  async insert(sql: Sql, items: readonly InsertItem[], ids?: readonly number[]): Promise<Insertion[]> {
    const tasks: Task[] = items.map((item) => ({ item, base: baseName(item.certificate), name: '', id: 0, result: null }));
    let open = tasks;
    for (let attempt = 0; open.length > 0; attempt += 1) {
      if (attempt === maxAttempts) throw new AppError('conflict', 'too many certificates of the same name are made at once; try again', { reason: 'certificate.name_busy' });
      await this.reserve(sql, open, attempt === 0 ? ids : undefined);
      await this.write(sql, open);
      open = open.filter(({ result }) => result === null);
      for (const task of open) await this.explain(sql, task);
      open = open.filter(({ result }) => result === null);
    }
    return tasks.flatMap(({ result }) => (result === null ? [] : [result]));
  }

  /** Two batches that silence the same replaced certificates may meet in a deadlock: one of them begins again. */
  private async insertPatiently(items: readonly InsertItem[]): Promise<Insertion[]> {
    for (let left = 3; ; left -= 1) {
      try {
        return await this.insert(this.database, items);
      } catch (error) {
        if (left === 0 || !(error instanceof AppError) || error.reason !== 'database.serialization') throw error;
      }
    }
  }

  private async reserve(sql: Sql, tasks: readonly Task[], drawn: readonly number[] | undefined): Promise<void> {
    const [reserved] = await sql.query<{ ids: number[]; taken: string[] }>({
      name: 'certificate-reserve',
      text: reserveSql,
      values: [drawn === undefined ? tasks.length : 0, tasks.map(({ base }) => base)],
    });
    const taken = new Set(reserved?.taken);
    const blocked = tasks.filter(({ base }) => taken.has(base));
    if (blocked.length > 0) {
      const patterns = blocked.map(({ base, item }) => `${escapeLike(`${base}-${item.certificate.facts.serialHex}`)}%`);
      for (const { name } of await sql.query<{ name: string }>({ name: 'certificate-counted-names', text: countedNamesSql, values: [patterns] })) taken.add(name);
    }
    tasks.forEach((task, index) => {
      task.id = (drawn ?? reserved?.ids)?.[index] ?? 0;
      task.name = nextFreeName(task.base, task.item.certificate.facts.serialHex, taken);
      taken.add(task.name);
    });
  }

  private async write(sql: Sql, tasks: readonly Task[]): Promise<void> {
    const audits = tasks.map((task) => ({ task, entry: auditOf(task) }));
    const events = tasks.flatMap((task) => eventsOf(task).map((event) => ({ task, event })));
    const announced = [...events, ...audits.flatMap(({ task, entry }) => auditEvents('issuer', [entry]).map((event) => ({ task, event })))];
    const payloads = this.outbox.rows(announced.map(({ event }) => event)).payloads;
    const rows = await sql.query<{ id: number; domains: { id: number; name: string }[] }>({
      name: 'certificate-insert',
      text: insertSql,
      values: [
        JSON.stringify(tasks.map(({ item, id, name }) => certificateRow(item.certificate, id, name))),
        JSON.stringify(tasks.flatMap(({ item, id }) => domainsOf(item.certificate.facts).map((name, position) => ({ certificate_id: id, name, position })))),
        JSON.stringify(tasks.flatMap(({ item, id }) => item.certificate.replaces.map((replaced) => ({ certificate_id: id, replaced_id: replaced })))),
        JSON.stringify(tasks.flatMap(logOf)),
        JSON.stringify(audits.map(({ task, entry }) => auditRow(task.id, entry))),
        // The payload is JSON text already; it is put in as it is.
        `[${announced.map(({ task, event }, index) => `{"certificate_id":${task.id},"id":"${event.id}","subject":"${event.subject}","payload":${payloads[index] ?? '{}'}}`).join(',')}]`,
      ],
    });
    const stored = new Map(rows.map((row) => [row.id, row.domains]));
    for (const task of tasks) {
      const domains = stored.get(task.id);
      if (domains !== undefined) task.result = { status: 'stored', id: task.id, name: task.name, domains };
    }
  }

  /** Why it was left out. Somebody else took the name: it stays open and gets the next one. */
  private async explain(sql: Sql, task: Task): Promise<void> {
    const { authorityId, facts, request, storeBefore } = task.item.certificate;
    const rows = await sql.query<Obstacle>(obstacleSql, [task.name, authorityId, facts.serialHex, request?.key ?? null]);
    const repeated = rows.find(({ request_key: key }) => request !== null && key === request.key);
    const duplicate = rows.find((row) => authorityId !== null && row.authority_id === authorityId && row.serial_hex === facts.serialHex);
    if (repeated !== undefined) task.result = { status: 'repeated', id: repeated.id, contentHash: repeated.request_hash };
    else if (duplicate !== undefined) task.result = { status: 'duplicate', id: duplicate.id };
    else if (rows.length === 0 && storeBefore !== null) throw new AppError('unavailable', 'issuing took too long and was given up; try again', { reason: 'certificate.too_late' });
  }
}

interface Task {
  item: InsertItem;
  base: string;
  name: string;
  id: number;
  result: Insertion | null;
}

interface Obstacle {
  id: number;
  name: string;
  authority_id: number | null;
  serial_hex: string;
  request_key: string | null;
  request_hash: string | null;
}

/** Everybody who loses a race for a name finds the next one free within a few rounds. */
const maxAttempts = 10;

const actions = { issued: 'certificate.issued', imported: 'certificate.imported', authority: 'certificate.issued' } as const;

function auditOf({ item: { door, certificate }, id, name }: Task): AuditEntry {
  return auditEntry(certificate.principal, {
    at: certificate.at,
    service: 'issuer',
    action: actions[door],
    object: { type: 'certificate', id, name },
    details: {
      owner: certificate.owner,
      serialHex: certificate.facts.serialHex,
      authorityId: certificate.authorityId,
      fingerprintSha256: certificate.facts.fingerprintSha256,
      replaces: certificate.replaces,
    },
  });
}

function eventsOf({ item: { door, certificate }, id, name }: Task): NewEvent[] {
  const options = { subject: String(id), at: certificate.at };
  const attached = { destinationIds: [...(certificate.destinationIds ?? [])], notificationIds: [...(certificate.notificationIds ?? [])] };
  const facts = { ...eventFacts(certificate, id, name), ...attached, ownAuthorityId: certificate.rootAuthorityId };
  const { fingerprintSha256, destinationIds } = facts;
  return [
    door === 'imported' ? newEvent(certificateImported, facts, options) : newEvent(certificateIssued, { ...facts, renewedFromId: certificate.renewalOf ?? null }, options),
    ...(destinationIds.length === 0 ? [] : [newEvent(certificateDestinationsRequested, { id, fingerprintSha256, destinationIds, requestedBy: requesterOf(certificate) }, options)]),
  ];
}

/** LG-1: the log of certificates has the direct creations alone. */
function logOf({ item: { door, certificate }, id }: Task) {
  if (door !== 'issued') return [];
  return [{ certificate_id: id, log_type: 'create_cert', logged_at: certificate.at, user_id: creatorOf(certificate) }];
}

function auditRow(certificateId: number, { id, at, action, actor, object, traceId, details }: AuditEntry) {
  return { certificate_id: certificateId, id, at, action, actor, object_type: object.type, object_id: object.id, object_name: object.name, trace_id: traceId, details };
}

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
