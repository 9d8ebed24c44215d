import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import {
  certificatesMissed,
  certificatesSighted,
  deploymentRemoved,
  deploymentRequested,
  deploymentSucceeded,
  destinationDeleted,
  endpointCreated,
  endpointDeleted,
  endpointUpdated,
  sourceDeleted,
  type EventDataOf,
} from '@sifaka/contracts';
import { Job, OnEvent, type CloudEvent, type JobContext, type JobPayload } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { AttachmentRepository } from './attachment.repository.js';
import { DestinationLabelRepository } from './destination-label.repository.js';

/** Keeps the projection of where certificates are. Events come again, late and in any order; each says when it was true. */
@Injectable()
export class HearAttachments {
  constructor(
    private readonly attachments: AttachmentRepository,
    private readonly labels: DestinationLabelRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @OnEvent(deploymentRequested, { durable: 'attach-destination', isIdempotent: true })
  async requested({ destinationId, destinationLabel, certificateId, plugin }: EventDataOf<typeof deploymentRequested>, { time }: CloudEvent): Promise<void> {
    // Before it is attached: certificates are planned once.
    await this.labels.mention({ id: destinationId, label: destinationLabel }, new Date(time));
    await this.attachments.set({ kind: 'destination', id: destinationId, plugin }, [certificateId], true, new Date(time));
  }

  /** Only what was found there was not requested before. */
  @OnEvent(deploymentSucceeded, { durable: 'adopt-destination', isIdempotent: true })
  async succeeded({ destinationId, certificateId, plugin, isAdopted }: EventDataOf<typeof deploymentSucceeded>, { time }: CloudEvent): Promise<void> {
    if (isAdopted) await this.attachments.set({ kind: 'destination', id: destinationId, plugin }, [certificateId], true, new Date(time));
  }

  @OnEvent(deploymentRemoved, { durable: 'detach-destination', isIdempotent: true })
  async removed({ destinationId, certificateId }: EventDataOf<typeof deploymentRemoved>, { time }: CloudEvent): Promise<void> {
    await this.attachments.set({ kind: 'destination', id: destinationId }, [certificateId], false, new Date(time));
  }

  @OnEvent(destinationDeleted, { durable: 'end-destination', isIdempotent: true })
  async destinationDeleted({ id }: EventDataOf<typeof destinationDeleted>, { time }: CloudEvent): Promise<void> {
    await this.attachments.end({ kind: 'destination', id }, new Date(time));
    await this.labels.forget(id);
  }

  @OnEvent(certificatesSighted, { durable: 'attach-source', isIdempotent: true })
  async sighted({ sourceId, certificateIds }: EventDataOf<typeof certificatesSighted>, { time }: CloudEvent): Promise<void> {
    await this.attachments.set({ kind: 'source', id: sourceId }, certificateIds, true, new Date(time));
  }

  @OnEvent(certificatesMissed, { durable: 'detach-source', isIdempotent: true })
  async missed({ sourceId, certificateIds }: EventDataOf<typeof certificatesMissed>, { time }: CloudEvent): Promise<void> {
    await this.attachments.set({ kind: 'source', id: sourceId }, certificateIds, false, new Date(time));
  }

  @OnEvent(sourceDeleted, { durable: 'end-source', isIdempotent: true })
  async sourceDeleted({ id }: EventDataOf<typeof sourceDeleted>, { time }: CloudEvent): Promise<void> {
    await this.attachments.end({ kind: 'source', id }, new Date(time));
  }

  @OnEvent(endpointCreated, { durable: 'attach-new-endpoint', isIdempotent: true })
  async endpointCreated({ id, certificateIds }: EventDataOf<typeof endpointCreated>, { time }: CloudEvent): Promise<void> {
    await this.attachments.replace({ kind: 'endpoint', id }, certificateIds, new Date(time));
  }

  @OnEvent(endpointUpdated, { durable: 'attach-endpoint', isIdempotent: true })
  async endpointUpdated({ id, certificateIds }: EventDataOf<typeof endpointUpdated>, { time }: CloudEvent): Promise<void> {
    await this.attachments.replace({ kind: 'endpoint', id }, certificateIds, new Date(time));
  }

  @OnEvent(endpointDeleted, { durable: 'end-endpoint', isIdempotent: true })
  async endpointDeleted({ id }: EventDataOf<typeof endpointDeleted>, { time }: CloudEvent): Promise<void> {
    await this.attachments.end({ kind: 'endpoint', id }, new Date(time));
  }

  /** What ended is remembered for longer than the stream keeps events. */
  @Job('forget-attachments', { cron: '23 4 * * *', timeLimitMs: 300_000 })
  async forget(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const before = new Date(this.clock.now().getTime() - rememberedMs);
    while (!signal.aborted && (await this.attachments.forget(before, batch)) > 0);
  }
}

const rememberedMs = 40 * 86_400_000;
const batch = 5_000;
