import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { orderProgressed } from '@sifaka/contracts';
import { Database, uniqueViolation, type Sql } from '@sifaka/database';
import { newEvent, Outbox, type NewEvent } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { assignments, challengeColumns, challengeFields, orderColumns, orderFields } from './columns.js';
import type { Challenge, Order, OrderProgress, OrderSnapshot, OrderState } from './order.js';
import type { Step } from './step.js';

/** `moved`: the order is not where the step began, and nothing was written. `taken`: another order has the same one at the CA. */
export type Written = 'written' | 'moved' | 'taken';

/** SQL of orders and their challenges: every change is one transaction with what it tells. */
@Injectable()
export class OrderRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async load(id: number): Promise<OrderSnapshot | undefined> {
    const [order] = await this.database.query<Order>({ name: 'order-load', text: `select ${orderFields} from acme_order o where o.id = $1`, values: [id] });
    if (order === undefined) return undefined;
    const text = `select ${challengeFields} from acme_challenge c where c.order_id = $1 order by c.id`;
    return { order, challenges: await this.database.query<Challenge>({ name: 'order-challenges', text, values: [id] }) };
  }

  /** Writes what came of an action on `order` as it was read, and tells of it when somebody can see the difference. */
  async write(order: Order, step: Step): Promise<Written> {
    const alone = onlyChallenge(step);
    if (alone !== undefined) return this.changeChallenge(this.database, order, alone);
    try {
      await this.database.transaction(async (tx) => {
        if (!(await this.apply(tx, order, step))) throw new Moved();
      });
      return 'written';
    } catch (error) {
      if (error instanceof Moved) return 'moved';
      if (uniqueViolation(error)?.constraint === 'acme_order_url') return 'taken';
      throw error;
    }
  }

  /** Orders at the CA that belong to rows here, of those given. */
  async knownUrls(urls: readonly string[]): Promise<Set<string>> {
    const rows = await this.database.query<{ url: string }>('select order_url as url from acme_order where order_url = any($1::text[])', [urls]);
    return new Set(rows.map(({ url }) => url));
  }

  /** The order that has this one at the CA, as long as it goes on. */
  async holderOf(url: string): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>(`select id from acme_order where order_url = $1 and ${isLive}`, [url]);
    return row?.id;
  }

  async isLive(id: number): Promise<boolean> {
    return (await this.database.query(`select 1 from acme_order where id = $1 and ${isLive}`, [id])).length > 0;
  }

  /** Removes orders that ended before `before` and left nothing behind. Returns how many went, a thousand at most. */
  async forget(before: Date): Promise<number> {
    const text = `
      delete from acme_order where id in (
        select id from acme_order o where o.ended_at < $1
          and not exists (select from acme_challenge c where c.order_id = o.id and not c.is_cleaned_up) limit 1000)
      returning 1`;
    const gone = await this.database.query(text, [before]);
    await this.database.query('delete from acme_unwanted_order where at < $1', [before]);
    return gone.length;
  }

  private async apply(tx: Sql, order: Order, step: Step): Promise<boolean> {
    if (!(await this.changeOrder(tx, order, step.order ?? {}))) return false;
    const after = { ...order, ...step.order };
    for (const challenge of step.challenges ?? []) if ((await this.changeChallenge(tx, after, challenge)) === 'moved') return false;
    if (step.authorizations !== undefined) await this.addAuthorizations(tx, order, step.authorizations);
    if (step.certificates !== undefined) await tx.query('update acme_order set certificates = $2 where id = $1', [order.id, step.certificates]);
    if (step.window !== undefined) await addWindow(tx, step.window);
    await this.outbox.append(tx, [...(step.events ?? []), ...progressOf(order, step.order ?? {}, this.clock.now())]);
    return true;
  }

  private async changeChallenge(sql: Sql, { id: orderId, state, round }: Order, { id, from, change }: ChallengeChange): Promise<Written> {
    const values: unknown[] = [id, from, orderId, state, round];
    const set = assignments(challengeColumns, change, values);
    const text = `
      update acme_challenge set ${set.join(', ')} where id = $1 and state = $2
        and exists (select from acme_order o where o.id = $3 and o.state = $4 and o.round = $5) returning id`;
    return (await sql.query(text, values)).length === 0 ? 'moved' : 'written';
  }

  private async changeOrder(tx: Sql, { id, state, round }: Order, patch: Partial<OrderProgress>): Promise<boolean> {
    const values: unknown[] = [id, state, round, this.clock.now()];
    const set = ['version = version + 1', 'updated_at = $4', ...assignments(orderColumns, patch, values)];
    const text = `update acme_order set ${set.join(', ')} where id = $1 and state = $2 and round = $3 returning id`;
    return (await tx.query(text, values)).length > 0;
  }

  private async addAuthorizations(tx: Sql, { id, round }: Order, added: NonNullable<Step['authorizations']>): Promise<void> {
    const text = `
      insert into acme_challenge (order_id, round, authorization_url, identifier_type, identifier_value)
      select $1, $2, * from unnest($3::text[], $4::text[], $5::text[])`;
    await tx.query(text, [id, round, added.map((one) => one.authorizationUrl), added.map((one) => one.identifierType), added.map((one) => one.identifierValue)]);
  }
}

const isLive = `state not in ('issued', 'failed', 'abandoned')`;

type ChallengeChange = NonNullable<Step['challenges']>[number];

/** Most steps change one challenge and tell nobody: one statement does, without a transaction around it. */
function onlyChallenge({ order, challenges, authorizations, certificates, events, window }: Step): ChallengeChange | undefined {
  const isAlone = order === undefined && authorizations === undefined && certificates === undefined && events === undefined && window === undefined;
  return isAlone && challenges?.length === 1 ? challenges[0] : undefined;
}

/** Rolls the transaction back. */
class Moved extends Error {}

async function addWindow(tx: Sql, window: NonNullable<Step['window']>): Promise<void> {
  const text = `
    insert into acme_renewal_window (fingerprint_sha256, pending_certificate_id, authority, certificate_id, not_after)
    values ($1, $2, $3, $4, $5) on conflict do nothing`;
  await tx.query(text, [window.fingerprintSha256, window.pendingCertificateId, window.authority, window.certificateId, window.notAfter]);
}

/** An event when state, error or the plan changed; looks at the CA are nobody's business. */
function progressOf(before: Order, patch: Partial<OrderProgress>, at: Date): NewEvent[] {
  const after = { ...before, ...patch };
  const isVisible = after.state !== before.state || after.attempts !== before.attempts || after.lastError !== before.lastError;
  // What ends an order is told by an event of its own.
  if (!isVisible || endings.includes(after.state)) return [];
  const { pendingCertificateId, id: orderId, state, attempts, lastError, orderUrl } = after;
  const nextTryAt = after.nextTryAt?.toISOString() ?? null;
  return [newEvent(orderProgressed, { pendingCertificateId, orderId, state, attempts, lastError, nextTryAt, orderUrl }, { at, subject: String(orderId) })];
}

const endings: readonly OrderState[] = ['issued', 'failed', 'abandoned'];
