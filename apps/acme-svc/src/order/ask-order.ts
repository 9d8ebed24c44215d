import { Inject, Injectable } from '@nestjs/common';
import { AppError, isAppError, type Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { unprovable } from '../challenge/choose-challenge.js';
import { AcmeConnections, type AcmeConnection, type Resource } from '../protocol/acme-connection.js';
import { certificateId } from '../protocol/certificate-id.js';
import type { Order as OrderAtCa } from '../protocol/resources.js';
import { isUncertain, refusesReplacement } from './judge.js';
import type { Order } from './order.js';
import { OrderRepository } from './order.repository.js';
import { movedOn } from './steps.js';
import type { Step } from './step.js';

/**
 * Has the CA make an order (RFC 8555 section 7.4), once.
 *
 * That the CA is about to be asked is written down before. When that note is still there, a process died, or an answer got lost, between
 * the question and the row: the CA may have an order that nobody here knows. It is looked for among those that the CA lists for the
 * account (section 7.1.2.1); CAs that list none mostly answer the same question with the same order.
 */
@Injectable()
export class AskOrder {
  constructor(
    private readonly connections: AcmeConnections,
    private readonly orders: OrderRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(order: Order): Promise<void> {
    const refusal = order.identifiers.map((identifier) => unprovable(identifier, order.challenge)).find((text) => text !== null);
    // The type says that no other try helps.
    if (refusal !== undefined) throw new AppError('failed_precondition', refusal, { reason: 'acme.unsupportedIdentifier' });

    if (order.waitsFor !== null && (await this.orders.isLive(order.waitsFor))) {
      await this.orders.write(order, { order: { nextTryAt: this.later(longestWaitMs) } });
      return;
    }
    const connection = await this.connections.of(order.authority);
    const lost = order.askedAt === null ? undefined : await this.findLost(connection, order);
    if (lost !== undefined) return this.keep(order, lost);
    if ((await this.orders.write(order, { order: { askedAt: this.clock.now() } })) !== 'written') return;
    await this.keep(order, await this.ask(connection, order));
  }

  private async ask(connection: AcmeConnection, order: Order): Promise<Resource<OrderAtCa>> {
    const { identifiers, profile } = order;
    const replaces = await this.replaced(connection, order);
    try {
      return await connection.newOrder({ identifiers, profile, replaces });
    } catch (error) {
      if (replaces === null || !refusesReplacement(error)) throw await this.noted(order, error);
      await this.orders.write(order, { order: { replaces: null } });
    }
    try {
      return await connection.newOrder({ identifiers, profile, replaces: null });
    } catch (error) {
      throw await this.noted(order, error);
    }
  }

  /** A clear refusal means that the CA made no order: nothing has to be looked for. */
  private async noted(order: Order, error: unknown): Promise<unknown> {
    if (!isUncertain(error)) await this.orders.write(order, { order: { askedAt: null } });
    return error;
  }

  private async replaced(connection: AcmeConnection, { replaces }: Order): Promise<string | null> {
    if (replaces === null) return null;
    const { renewalInfo } = await connection.directory();
    return renewalInfo === undefined ? null : certificateId(replaces);
  }

  private async keep(order: Order, { url, body }: Resource<OrderAtCa>): Promise<void> {
    const isMatched = body.authorizations.length === order.identifiers.length;
    const fallback = { type: 'dns' as const, value: '' };
    const authorizations = body.authorizations.map((authorizationUrl, index) => {
      // A guess until the authorization is read: CAs may list them in any order.
      const { type, value } = (isMatched ? order.identifiers[index] : order.identifiers[0]) ?? fallback;
      return { authorizationUrl, identifierType: type, identifierValue: value };
    });
    const step: Step = { order: movedOn('ordered', { orderUrl: url, finalizeUrl: body.finalize, askedAt: null, ...(order.waitsFor !== null && { waitsFor: null, lastError: null }) }), authorizations };
    if ((await this.orders.write(order, step)) !== 'taken') return;
    await this.waitForHolder(order, url);
  }

  /** The same names were asked for twice, and the CA gave the same order twice: when that has ended it makes another, and wakes this one. */
  private async waitForHolder(order: Order, url: string): Promise<void> {
    const holder = await this.orders.holderOf(url);
    if (holder === undefined) await this.orders.write(order, { order: { askedAt: null, nextTryAt: this.later(endedMeanwhileMs) } });
    else {
      const lastError = `waits for order ${holder}: the CA has one order for both, ${url}`;
      await this.orders.write(order, { order: { askedAt: null, waitsFor: holder, lastError, nextTryAt: this.later(longestWaitMs) } });
    }
  }

  private later(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }

  private async findLost(connection: AcmeConnection, order: Order): Promise<Resource<OrderAtCa> | undefined> {
    const listed = await connection.orders();
    const known = await this.orders.knownUrls(listed);
    // The latest are the last, as far as CAs have an order at all.
    const unknown = listed.filter((url) => !known.has(url)).slice(-mostLooked).reverse();
    for (const url of unknown) {
      const found = await orNothing(connection.order(url));
      if (found !== undefined && isFor(found.body, order)) return found;
    }
    return undefined;
  }
}

/** Should the one that it waits for not wake it. */
const longestWaitMs = 300_000;
const endedMeanwhileMs = 3_000;
const mostLooked = 50;

/** Only one that can still be used, for the same names. */
function isFor({ status, identifiers, profile }: OrderAtCa, order: Order): boolean {
  const wanted = namesOf(order.identifiers);
  return (status === 'pending' || status === 'ready') && (order.profile === null || profile === undefined || profile === order.profile) && namesOf(identifiers) === wanted;
}

function namesOf(identifiers: readonly { type: string; value: string }[]): string {
  return [...new Set(identifiers.map(({ type, value }) => `${type}:${value.toLowerCase()}`))].sort().join(' ');
}

/** An order that the CA lists but does not show any more is not the one. */
async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isAppError(error) && error.code === 'not_found') return undefined;
    throw error;
  }
}
