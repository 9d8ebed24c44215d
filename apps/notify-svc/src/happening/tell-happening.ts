import { Injectable } from '@nestjs/common';
import type { MessageType } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { WriteDeliveries } from '../delivery/write-deliveries.js';
import { Audience } from '../expiry/audience.js';
import { EndingCertificates, type NotableCertificate } from '../expiry/ending-certificates.js';
import { Terms } from '../expiry/terms.js';
import { messageData, type MessageData } from '../template/message-data.js';

/** Something that happened, and who is told of it. */
export interface Happening {
  type: MessageType;
  /** What of its kind it is, so that it is told once: an id of the event, or of what it is about. */
  key: string;
  owner: string;
  /** `owner`: him alone. `security`: the team alone. */
  to: 'owner' | 'security' | 'both';
  facts?: Partial<Omit<MessageData, 'createdAt'>>;
  certificates?: readonly NotableCertificate[];
}

/** Tells people of what happened, with the plugin of default messages, once however often it is heard of. */
@Injectable()
export class TellHappening {
  constructor(
    private readonly database: Database,
    private readonly writing: WriteDeliveries,
    private readonly audience: Audience,
    private readonly ending: EndingCertificates,
    private readonly terms: Terms,
  ) {}

  async run({ type, key, owner, to, facts = {}, certificates = [] }: Happening): Promise<void> {
    const recipients = this.recipients(owner, to);
    if (recipients.length === 0) return;
    const { config, clock } = this.terms;
    const notified = certificates.map((each) => this.ending.notified(each));
    const data = messageData(clock.now(), { publicUrl: config.publicUrl ?? null, owner, contacts: this.audience.security(), certificates: notified, ...facts });
    const draft = { origin: `${type}:${key}`, type, data, notification: null, plugin: config.defaultNotificationPlugin, recipients, certificateIds: notified.map(({ id }) => id) };
    await this.database.transaction((tx) => this.writing.run(tx, [draft]));
  }

  private recipients(owner: string, to: Happening['to']): string[] {
    if (to === 'owner') return this.audience.owner(owner);
    return to === 'security' ? this.audience.security() : this.audience.ownerAndSecurity(owner);
  }
}
