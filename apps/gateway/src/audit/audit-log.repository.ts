import { Injectable } from '@nestjs/common';
import type { AuditEntry, Window } from '@sifaka/contracts';
import { Conditions, Database, listPage, type ListSource, type Sql } from '@sifaka/database';
import { Coalescer } from '@sifaka/runtime';
import { auditRecordOf, type AuditRecord, type AuditRow } from './audit.view.js';

/** What to read of the log; every field that is set narrows it. */
export interface AuditQuery {
  action: string | null;
  /** Name of the user or service that acted. */
  actor: string | null;
  objectType: string | null;
  objectId: string | null;
  since: Date | null;
  until: Date | null;
  window: Window;
}

@Injectable()
export class AuditLogRepository {
  private readonly gathered: Coalescer<AuditEntry, true>;

  constructor(private readonly database: Database) {
    this.gathered = new Coalescer((entries) => this.addAll(entries), { maxItems: 64, maxRuns: 1 });
  }

  /** Entries that are there already are left alone: they arrive once with the change and again, or late, by the bus. */
  async add(sql: Sql, entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await sql.query({ name: 'audit-log-add', text: addSql, values: [JSON.stringify(entries)] });
  }

  /** One that comes by the bus, together with others of the same moment. */
  async gather(entry: AuditEntry): Promise<void> {
    await this.gathered.add(entry);
  }

  /** Newest first. */
  async list(query: AuditQuery): Promise<{ items: AuditRecord[]; total: number; nextCursor: string | null }> {
    const { action, actor, objectType, objectId, since, until, window } = query;
    const conditions = new Conditions();
    if (action !== null) conditions.add('action = ?', action);
    if (actor !== null) conditions.add('actor_name = ?', actor);
    if (objectType !== null) conditions.add('object_type = ?', objectType);
    if (objectId !== null) conditions.add('object_id = ?', objectId);
    if (since !== null) conditions.add('at >= ?', since);
    if (until !== null) conditions.add('at < ?', until);
    const { rows, total, nextCursor } = await listPage<AuditRow>(this.database, source, conditions, { ...window, sortBy: null, sortDir: 'desc' });
    return { items: rows.map(auditRecordOf), total, nextCursor };
  }

  /** Removes a batch of entries from before `limitAt`, returns how many. */
  async prune(limitAt: Date): Promise<number> {
    const rows = await this.database.query(pruneSql, [limitAt]);
    return rows.length;
  }

  private async addAll(entries: readonly AuditEntry[]): Promise<true[]> {
    await this.add(this.database, entries);
    return entries.map(() => true);
  }
}

const addSql = `
  insert into audit_log (id, at, service, action, actor_kind, actor_user_id, actor_name, actor_api_key_id, source_ip, user_agent,
    object_type, object_id, object_name, trace_id, details)
  select (e ->> 'id')::uuid, (e ->> 'at')::timestamptz, e ->> 'service', e ->> 'action',
    e #>> '{actor,kind}', (e #>> '{actor,userId}')::int, e #>> '{actor,name}', (e #>> '{actor,apiKeyId}')::int, e #>> '{actor,sourceIp}',
    e #>> '{actor,userAgent}', e #>> '{object,type}', e #>> '{object,id}', e #>> '{object,name}', e ->> 'traceId', coalesce(e -> 'details', '{}')
  from jsonb_array_elements($1::jsonb) e
  on conflict (id) do nothing`;

const source: ListSource = {
  from: 'audit_log',
  id: 'seq',
  select: `id, at, service, action, actor_kind as "actorKind", actor_user_id as "actorUserId", actor_name as "actorName",
    actor_api_key_id as "actorApiKeyId", source_ip as "sourceIp", user_agent as "userAgent", object_type as "objectType",
    object_id as "objectId", object_name as "objectName", trace_id as "traceId", details`,
  columns: {},
};

const pruneSql = `
  delete from audit_log where seq in (select seq from audit_log where at < $1 order by at limit 5000) returning seq`;
