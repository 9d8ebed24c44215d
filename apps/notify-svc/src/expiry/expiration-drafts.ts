import { Inject, Injectable } from '@nestjs/common';
import type { EndingCertificate } from '@sifaka/contracts';
import { newId, type Clock } from '@sifaka/kernel';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { Draft } from '../delivery/delivery.js';
import type { NotifyConfig } from '../notify.config.js';
import { messageData } from '../template/message-data.js';
import { EndingCertificates } from './ending-certificates.js';

/** What expirations say, whoever is told. */
@Injectable()
export class ExpirationDrafts {
  constructor(
    private readonly ending: EndingCertificates,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: NotifyConfig,
  ) {}

  get defaultPlugin(): string {
    return this.config.defaultNotificationPlugin;
  }

  /** That it is told once is seen to by the notices, not by its origin. */
  expiration(owner: string, certificates: readonly EndingCertificate[], intervalDays: number | null, contacts: readonly string[]): Pick<Draft, 'origin' | 'type' | 'data' | 'certificateIds'> {
    const publicUrl = this.config.publicUrl ?? null;
    const data = messageData(this.clock.now(), { publicUrl, owner, contacts, certificates: certificates.map((each) => this.ending.notified(each)), intervalDays });
    return { origin: `expiration:${newId()}`, type: 'expiration', data, certificateIds: certificates.map(({ id }) => id) };
  }
}
