import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { orderAbandoned, orderRequested, type EventDataOf } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { OnEvent, Outbox, type CloudEvent } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { failed, finalized } from './endings.js';
import { isFinal, type Order } from './order.js';
import { OrderTurns } from './order-turns.repository.js';

type Requested = EventDataOf<typeof orderRequested>;

/** What issuer-svc asks for, and does not want any more. The two may be delivered in any order, and more than once. */
@Injectable()
export class TakeOrder {
  constructor(
    private readonly database: Database,
    private readonly turns: OrderTurns,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One order for each pending certificate; asked for again, it is tried again at once, or its end is told again. */
  @OnEvent(orderRequested, { durable: 'order-requested', isIdempotent: true })
  async request(data: Requested, { time }: CloudEvent): Promise<void> {
    await this.database.transaction(async (tx) => {
      const id = (await this.insert(tx, data, time)) ?? (await this.askedAgain(tx, data.pendingCertificateId, time));
      if (id !== undefined) await this.turns.wake(tx, id, null);
    });
  }

  @OnEvent(orderAbandoned, { durable: 'order-abandoned', isIdempotent: true })
  async abandon({ pendingCertificateId }: EventDataOf<typeof orderAbandoned>): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query('insert into acme_unwanted_order (pending_certificate_id) values ($1) on conflict do nothing', [pendingCertificateId]);
      const text = `
        update acme_order set state = 'abandoned', next_try_at = null, not_before = null, poll_at = null, ended_at = $2, updated_at = $2, version = version + 1
        where pending_certificate_id = $1 and state not in ('issued', 'failed', 'abandoned') returning id`;
      const [stopped] = await tx.query<{ id: number }>(text, [pendingCertificateId, this.clock.now()]);
      if (stopped !== undefined) await this.turns.wake(tx, stopped.id, null);
    });
  }

  /** Undefined when it is there already, or was abandoned before. */
  private async insert(tx: Sql, data: Requested, time: string): Promise<number | undefined> {
    const text = `
      insert into acme_order (pending_certificate_id, authority, csr, identifiers, challenge, dns_provider_id, preferred_issuer,
        drops_last_certificate, profile, token_destination, replaces, until, created_at, updated_at, requested_at)
      select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14
      where not exists (select from acme_unwanted_order where pending_certificate_id = $1)
      on conflict (pending_certificate_id) do nothing returning id`;
    const [made] = await tx.query<{ id: number }>(text, [
      data.pendingCertificateId,
      data.authority,
      Buffer.from(data.csrDer, 'base64'),
      JSON.stringify(data.identifiers),
      data.challenge,
      data.dnsProviderId,
      data.preferredIssuer,
      data.dropsLastCertificate,
      data.profile,
      data.tokenDestination,
      data.replacesDer === null ? null : Buffer.from(data.replacesDer, 'base64'),
      data.until,
      this.clock.now(),
      time,
    ]);
    return made?.id;
  }

  /** Undefined when nothing is to be done for it: the same request was delivered twice, or it has ended. */
  private async askedAgain(tx: Sql, pendingCertificateId: number, time: string): Promise<number | undefined> {
    const text = `
      update acme_order set requested_at = $2 where pending_certificate_id = $1 and requested_at < $2
      returning id, state, order_url as "orderUrl", attempts, last_error as "lastError", certificates`;
    const [order] = await tx.query<AskedAgain>(text, [pendingCertificateId, time]);
    if (order === undefined) return undefined;
    if (!isFinal(order.state)) return this.hasten(tx, order.id);
    const ended = { pendingCertificateId, orderId: order.id, orderUrl: order.orderUrl };
    const at = this.clock.now();
    if (order.certificates !== null) await this.outbox.append(tx, [finalized({ ...ended, certificates: order.certificates }, at)]);
    else if (order.state === 'failed') await this.outbox.append(tx, [failed({ ...ended, attempts: order.attempts, error: order.lastError ?? '' }, at)]);
    return undefined;
  }

  /** A pause that the CA asked for is kept. */
  private async hasten(tx: Sql, id: number): Promise<number> {
    const text = 'update acme_order set next_try_at = case when not_before > $2 then not_before end, faults = 0, version = version + 1 where id = $1';
    await tx.query(text, [id, this.clock.now()]);
    return id;
  }
}

interface AskedAgain extends Pick<Order, 'id' | 'state' | 'orderUrl' | 'attempts' | 'lastError'> {
  readonly certificates: readonly Buffer[] | null;
}
