import { Injectable } from '@nestjs/common';
import type { DeliveryState, InputOf, listDeliveries } from '@sifaka/contracts';
import { column, Conditions, Database, listPage, nullable, type Columns, type Sql } from '@sifaka/database';
import type { DeliveryRow } from './delivery.js';

const listed: Columns = {
  id: column.integer('d.id'),
  type: column.text('d.type'),
  plugin: column.text('d.plugin'),
  state: column.text('d.state'),
  attempts: column.integer('d.attempts'),
  created_at: column.timestamp('d.created_at'),
  delivered_at: nullable(column.timestamp('d.delivered_at')),
  next_try_at: nullable(column.timestamp('d.next_try_at')),
};

export type NewDelivery = Omit<DeliveryRow, 'id' | 'attempts' | 'reference' | 'delivered_at'>;

export interface Step {
  at: Date;
  state: DeliveryState;
  detail: string | null;
}

/** More steps than anybody reads; the newest are shown. */
const shownSteps = 200;

/** Reads deliveries, and writes new ones. */
@Injectable()
export class DeliveryRepository {
  constructor(private readonly database: Database) {}

  async byId(id: number, sql: Sql = this.database): Promise<DeliveryRow | undefined> {
    const [row] = await sql.query<DeliveryRow>({ name: 'delivery-by-id', text: `select ${deliveryColumns} from delivery d where d.id = $1`, values: [id] });
    return row;
  }

  /** Newest first, unless another order is asked for. */
  async list({ window, notificationId, certificateId, state, type }: InputOf<typeof listDeliveries>) {
    const conditions = new Conditions();
    if (notificationId !== null) conditions.add('d.notification_id = ?', notificationId);
    if (certificateId !== null) conditions.add('d.certificate_ids @> array[?::int]', certificateId);
    if (state !== null) conditions.add('d.state = ?', state);
    if (type !== null) conditions.add('d.type = ?', type);
    const order = window.sortBy === null && window.cursor === null ? { ...window, sortBy: 'id', sortDir: 'desc' as const } : window;
    return listPage<DeliveryRow>(this.database, { from: 'delivery d', id: 'd.id', select: deliveryColumns, columns: listed }, conditions, order);
  }

  /** The newest ones that tell of a certificate. */
  of(certificateId: number, limit: number): Promise<DeliveryRow[]> {
    return this.database.query<DeliveryRow>(`select ${deliveryColumns} from delivery d where d.certificate_ids @> array[$1::int] order by d.id desc limit $2`, [certificateId, limit]);
  }

  /** Oldest first. */
  async steps(deliveryId: number): Promise<Step[]> {
    return this.database.query<Step>('select at, state, detail from (select * from delivery_step where delivery_id = $1 order by id desc limit $2) s order by id', [deliveryId, shownSteps]);
  }

  /** @returns the id, or nothing where the same origin has a delivery already */
  async insert(tx: Sql, row: NewDelivery): Promise<number | undefined> {
    const text = `
      insert into delivery (message_id, origin, target, notification_id, notification_label, plugin, type, severity, subject, text, html, recipients, certificate_ids,
        certificates, interval_days, facts, state, last_error, next_try_at, created_at, only_to)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) on conflict (origin) do nothing returning id`;
    const values = [
      ...[row.message_id, row.origin, row.target, row.notification_id, row.notification_label, row.plugin, row.type, row.severity, row.subject, row.text, row.html, row.recipients],
      ...[row.certificate_ids, JSON.stringify(row.certificates), row.interval_days, JSON.stringify(row.facts), row.state, row.last_error, row.next_try_at, row.created_at, row.only_to],
    ];
    const [inserted] = await tx.query<{ id: number }>({ name: 'delivery-insert', text, values });
    return inserted?.id;
  }

  async addStep(tx: Sql, deliveryId: number, { at, state, detail }: Step): Promise<void> {
    await tx.query({ name: 'delivery-step', text: 'insert into delivery_step (delivery_id, at, state, detail) values ($1, $2, $3, $4)', values: [deliveryId, at, state, detail] });
  }

  /** What it was to tell for other notifications besides is told by these, at their next turn. */
  async untellOthers(tx: Sql, { id, notification_id: notificationId, certificate_ids: certificateIds }: Pick<DeliveryRow, 'id' | 'notification_id' | 'certificate_ids'>): Promise<void> {
    await tx.query('delete from notice where delivery_id = $1 and notification_id is distinct from $2 and certificate_id = any($3::int[])', [id, notificationId, certificateIds]);
  }

  /** What has ended and is old. @returns how many went; called until none are left */
  async forget(before: Date, limit: number): Promise<number> {
    const rows = await this.database.query('delete from delivery where id in (select id from delivery where created_at < $1 and next_try_at is null order by created_at limit $2) returning id', [before, limit]);
    return rows.length;
  }
}

export const deliveryColumns = `d.id, d.message_id, d.origin, d.target, d.notification_id, d.notification_label, d.plugin, d.type, d.severity, d.subject, d.text, d.html, d.recipients,
  d.only_to, d.certificate_ids, d.certificates, d.interval_days, d.facts, d.state, d.attempts, d.last_error, d.next_try_at, d.reference, d.created_at, d.delivered_at`;
