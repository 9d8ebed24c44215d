import { Injectable, Inject } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { orderFailed, orderFinalized, orderProgressed, type EventDataOf, type Principal } from '@sifaka/contracts';
import { OnEvent, type CloudEvent } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { errorChars, FailPending } from './fail-pending.js';
import { PendingRepository } from './pending.repository.js';
import { ResolvePending } from './resolve-pending.js';

/** What acme-svc tells of the orders behind pending certificates. Each may be heard again: an end is an end, news are news. */
@Injectable()
export class HearOrders {
  constructor(
    private readonly pending: PendingRepository,
    private readonly resolving: ResolvePending,
    private readonly failing: FailPending,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @OnEvent(orderProgressed, { durable: 'pending-order-progressed', isIdempotent: true })
  async progressed(data: EventDataOf<typeof orderProgressed>, { time }: CloudEvent): Promise<void> {
    const { pendingCertificateId, orderId, state, attempts } = data;
    const lastError = data.lastError?.slice(0, errorChars) ?? null;
    const nextTryAt = data.nextTryAt === null ? null : new Date(data.nextTryAt);
    const progress = { attempts, lastError, status: lastError ?? `order ${orderId} is ${state}`, nextTryAt, externalId: String(orderId) };
    await this.pending.progress(pendingCertificateId, progress, new Date(time), this.clock.now());
  }

  @OnEvent(orderFinalized, { durable: 'pending-order-finalized', isIdempotent: true })
  async finalized({ pendingCertificateId, orderId, certificateDer, chainDer }: EventDataOf<typeof orderFinalized>): Promise<void> {
    await this.resolving.run(pendingCertificateId, {
      certificateDer: Buffer.from(certificateDer, 'base64'),
      chainDer: chainDer.map((der) => Buffer.from(der, 'base64')),
      externalId: String(orderId),
      by: 'order',
      principal: self,
    });
  }

  @OnEvent(orderFailed, { durable: 'pending-order-failed', isIdempotent: true })
  async failed({ pendingCertificateId, error, attempts }: EventDataOf<typeof orderFailed>): Promise<void> {
    await this.failing.run(pendingCertificateId, { error, attempts, isOrderOver: true });
  }
}

const self: Principal = { kind: 'system', service: 'issuer' };
