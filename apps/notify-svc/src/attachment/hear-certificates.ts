import { Injectable } from '@nestjs/common';
import { certificateImported, certificateIssued, certificateRenewed, certificateUpdated, type EventDataOf } from '@sifaka/contracts';
import { OnEvent, type CloudEvent } from '@sifaka/messaging';
import { ChangeNotifications } from './change-notifications.js';
import { GiveNotifications } from './give-notifications.js';

/** Gives certificates their notifications as they come, change hands and are renewed. Every part of it bears repetition. */
@Injectable()
export class HearCertificates {
  constructor(
    private readonly giving: GiveNotifications,
    private readonly changes: ChangeNotifications,
  ) {}

  @OnEvent(certificateIssued, { durable: 'notify-issued', isIdempotent: true })
  async issued({ id: certificateId, owner, notificationIds, renewedFromId, ownAuthorityId }: EventDataOf<typeof certificateIssued>, { time }: CloudEvent): Promise<void> {
    if (ownAuthorityId !== null) return;
    if (renewedFromId !== null) await this.changes.inherit(renewedFromId, certificateId, owner.toLowerCase(), new Date(time));
    await this.giving.run({ certificateId, owner: owner.toLowerCase(), at: new Date(time), notificationIds });
  }

  /** Many thousand come at once when a source is read for the first time. Authorities are told of by their own rules. */
  @OnEvent(certificateImported, { durable: 'notify-imported', isIdempotent: true })
  async imported({ id: certificateId, owner, notificationIds, ownAuthorityId }: EventDataOf<typeof certificateImported>, { time }: CloudEvent): Promise<void> {
    if (ownAuthorityId !== null) return;
    await this.giving.run({ certificateId, owner: owner.toLowerCase(), at: new Date(time), notificationIds });
  }

  @OnEvent(certificateUpdated, { durable: 'notify-updated', isIdempotent: true })
  updated({ id, owner }: EventDataOf<typeof certificateUpdated>, { time }: CloudEvent): Promise<void> {
    return this.changes.changeOwner(id, owner.toLowerCase(), new Date(time));
  }

  @OnEvent(certificateRenewed, { durable: 'notify-inherit', isIdempotent: true })
  renewed({ certificateId, successorId, owner }: EventDataOf<typeof certificateRenewed>, { time }: CloudEvent): Promise<void> {
    return this.changes.inherit(certificateId, successorId, owner.toLowerCase(), new Date(time));
  }
}
