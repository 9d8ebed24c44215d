import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { AcmeOrderRecord, InputOf, listAcmeOrders, OutputOf } from '@sifaka/contracts';
import { column, Conditions, Database, listPage, nullable } from '@sifaka/database';
import { challengeFields, orderFields } from './columns.js';
import type { Challenge, Order } from './order.js';
import { orderView } from './order.view.js';
import { OrderRepository } from './order.repository.js';

const source = {
  from: 'acme_order o',
  id: 'o.id',
  columns: {
    id: column.integer('o.id'),
    pending_certificate_id: column.integer('o.pending_certificate_id'),
    authority: column.text('o.authority'),
    state: column.text('o.state'),
    attempts: column.integer('o.attempts'),
    next_try_at: nullable(column.timestamp('o.next_try_at')),
    until: column.timestamp('o.until'),
    created_at: column.timestamp('o.created_at'),
    updated_at: column.timestamp('o.updated_at'),
  },
};

/** Orders for people who look after them. */
@Injectable()
export class ReadOrders {
  constructor(
    private readonly database: Database,
    private readonly orders: OrderRepository,
  ) {}

  async list({ window, authority, state, pendingCertificateId }: InputOf<typeof listAcmeOrders>): Promise<OutputOf<typeof listAcmeOrders>> {
    const conditions = new Conditions();
    if (authority !== null) conditions.add('o.authority = ?', authority);
    if (state !== null) conditions.add('o.state = ?', state);
    if (pendingCertificateId !== null) conditions.add('o.pending_certificate_id = ?', pendingCertificateId);
    const page = await listPage(this.database, source, conditions, { ...window, limit: Math.min(window.limit, mostOrders) });
    return { items: await this.views(page.ids), total: page.total, nextCursor: page.nextCursor };
  }

  async get(id: number): Promise<AcmeOrderRecord> {
    const found = await this.orders.load(id);
    if (found === undefined) throw new AppError('not_found', `there is no ACME order ${id}`);
    return orderView(found);
  }

  /** What an HTTP-01 validation has to see for a token; null when nobody waits for it. */
  async keyAuthorization(token: string): Promise<string | null> {
    const text = `select key_authorization as value from acme_challenge where token = $1 and type = 'http-01' and not is_cleaned_up limit 1`;
    const [row] = await this.database.query<{ value: string | null }>({ name: 'challenge-response', text, values: [token] });
    return row?.value ?? null;
  }

  private async views(ids: readonly number[]): Promise<AcmeOrderRecord[]> {
    const [orders, challenges] = await Promise.all([
      this.database.query<Order>(`select ${orderFields} from acme_order o where o.id = any($1::int[])`, [ids]),
      this.database.query<Challenge & { orderId: number }>(
        `select c.order_id as "orderId", ${challengeFields} from acme_challenge c where c.order_id = any($1::int[]) order by c.id`,
        [ids],
      ),
    ]);
    const byId = new Map(orders.map((order) => [order.id, order]));
    return ids.flatMap((id) => {
      const order = byId.get(id);
      return order === undefined ? [] : [orderView({ order, challenges: challenges.filter(({ orderId }) => orderId === id) })];
    });
  }
}

/** An order of a hundred names has 30 kB; the bus carries a megabyte. */
const mostOrders = 100;
