import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock } from '@sifaka/kernel';
import { parseCertificate, parseCsr } from '@sifaka/pki';
import { CLOCK } from '@sifaka/runtime';
import { AcmeConnections, type AcmeConnection, type Resource } from '../protocol/acme-connection.js';
import { certificateId } from '../protocol/certificate-id.js';
import { problemText } from '../protocol/problem.js';
import type { Order as OrderAtCa } from '../protocol/resources.js';
import { chooseChain } from './choose-chain.js';
import { finalized } from './endings.js';
import { canBeRetried } from './judge.js';
import type { Order } from './order.js';
import { OrderRepository } from './order.repository.js';
import { untilNextLook } from './pauses.js';
import { circumstance, failureOf, movedOn, type Circumstances } from './steps.js';
import type { Step } from './step.js';

/** `step`: of a certificate that was found. */
export interface LastLook {
  readonly status: OrderAtCa['status'];
  readonly retryAfterMs: number | null;
  readonly step: Step | null;
}

/** From proved control to the certificate (RFC 8555 section 7.4). */
@Injectable()
export class FinishOrder {
  constructor(
    private readonly connections: AcmeConnections,
    private readonly orders: OrderRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Control of every name is proved. Nobody has asked for the certificate yet, so that this can be done without looking. */
  async settle(order: Order, circumstances: Circumstances): Promise<Step | undefined> {
    const change = movedOn('ready', { submittedAt: this.clock.now() });
    if ((await this.orders.write(order, { order: change })) !== 'written' || order.finalizeUrl === null) return undefined;
    const ready = { ...order, ...change };
    const connection = await this.connections.of(order.authority);
    const step = await this.submit(connection, ready, order.finalizeUrl, circumstances);
    await this.orders.write(ready, step);
    return undefined;
  }

  /** Sends the request, unless the CA has it: a crash may have come between its answer and the row. */
  async finalize(order: Order, circumstances: Circumstances): Promise<Step> {
    const connection = await this.connections.of(order.authority);
    const current = await connection.order(order.orderUrl ?? '');
    if (current.body.status === 'pending') return this.lookAgain(order, current);
    if (current.body.status !== 'ready') return this.read(connection, order, current, circumstances);
    return this.submit(connection, order, order.finalizeUrl ?? current.body.finalize, circumstances);
  }

  async collect(order: Order, circumstances: Circumstances): Promise<Step> {
    const connection = await this.connections.of(order.authority);
    return this.read(connection, order, await connection.order(order.orderUrl ?? ''), circumstances);
  }

  /** What the CA makes of an order that is over here: it may have signed, or may be about to. */
  async lastLook(order: Order): Promise<LastLook> {
    const connection = await this.connections.of(order.authority);
    const { body, retryAfterMs } = await connection.order(order.orderUrl ?? '');
    if (body.status !== 'valid' || body.certificate === undefined) return { status: body.status, retryAfterMs, step: null };
    const { chains } = await connection.certificate(body.certificate, order.preferredIssuer !== null);
    return { status: body.status, retryAfterMs, step: this.finish(order, chains) };
  }

  private async submit(connection: AcmeConnection, order: Order, finalizeUrl: string, circumstances: Circumstances): Promise<Step> {
    const answer = await connection.finalize(finalizeUrl, order.csr);
    if (answer.body.status === 'valid') return this.read(connection, order, answer, circumstances);
    return { order: movedOn('finalizing', { pollAt: this.later(untilNextLook(0, answer.retryAfterMs)) }) };
  }

  private async read(connection: AcmeConnection, order: Order, { body, retryAfterMs }: Resource<OrderAtCa>, circumstances: Circumstances): Promise<Step> {
    switch (body.status) {
      case 'valid':
        if (body.certificate === undefined) return this.lookAgain(order, { body, retryAfterMs });
        return this.finish(order, (await connection.certificate(body.certificate, order.preferredIssuer !== null)).chains);
      case 'invalid': {
        const words = body.error === undefined ? 'the CA declared the order invalid' : problemText(body.error);
        const verdict = canBeRetried(body.error) ? 'strike' : 'fatal';
        return failureOf(order, { text: `${words}${circumstance(order)}`, verdict, retryAfterMs: null, isOver: true }, circumstances);
      }
      // The request did not get there after all.
      case 'ready':
        return order.state === 'ready' ? this.lookAgain(order, { body, retryAfterMs }) : { order: movedOn('ready') };
      default:
        return order.state === 'ready' && body.status === 'processing'
          ? { order: movedOn('finalizing', { pollAt: this.later(untilNextLook(0, retryAfterMs)) }) }
          : this.lookAgain(order, { body, retryAfterMs });
    }
  }

  private finish(order: Order, chains: readonly (readonly Buffer[])[]): Step {
    const [leaf, ...issuers] = chooseChain(chains, order.preferredIssuer, order.dropsLastCertificate);
    if (leaf === undefined) throw new AppError('upstream_failed', 'the CA delivered an empty certificate chain', { reason: 'order.no_certificate' });
    const certificate = parseCertificate(leaf);
    if (!certificate.spki.equals(parseCsr(order.csr).spki)) {
      throw new AppError('failed_precondition', 'the CA delivered a certificate for another key than the requested one', { reason: 'acme.badCSR' });
    }
    const now = this.clock.now();
    const { pendingCertificateId, id: orderId, orderUrl, authority } = order;
    const event = finalized({ pendingCertificateId, orderId, orderUrl, certificates: [leaf, ...issuers] }, now);
    const renewalId = certificateId(leaf);
    const { fingerprintSha256, notAfter } = certificate;
    return {
      order: movedOn('issued', { lastError: null, endedAt: now, isClosed: true }),
      certificates: [leaf, ...issuers],
      events: [event],
      ...(renewalId !== null && { window: { fingerprintSha256, pendingCertificateId, authority, certificateId: renewalId, notAfter } }),
    };
  }

  private lookAgain({ polls }: Order, { retryAfterMs }: Pick<Resource<OrderAtCa>, 'body' | 'retryAfterMs'>): Step {
    return { order: { polls: polls + 1, pollAt: this.later(untilNextLook(polls + 1, retryAfterMs)) } };
  }

  private later(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }
}
