import { Inject, Injectable } from '@nestjs/common';
import { toAppError, type Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { OcspResponders } from './ocsp-responders.js';
import { PublicationRepository } from './publication.repository.js';
import { PublishingAuthorities } from './publishing-authorities.js';

/** Gives OCSP responders new keys and certificates long before the present ones end. */
@Injectable()
export class RenewResponders {
  constructor(
    private readonly publications: PublicationRepository,
    private readonly authorities: PublishingAuthorities,
    private readonly responders: OcspResponders,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Job('renew-ocsp-responders', { cron: '23 * * * *', timeLimitMs: 280_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    for (const { id } of await this.publications.publishing(this.clock.now())) {
      if (signal.aborted) return;
      await this.renew(id);
    }
    await this.responders.removeEnded();
  }

  /** Only where somebody asked before: many authorities never hear a question. */
  private async renew(authorityId: number): Promise<void> {
    try {
      const authority = await this.authorities.find(authorityId);
      if (authority !== null && (await this.responders.current(authorityId)) !== null) await this.responders.renew(authority);
    } catch (error) {
      this.logger.warn({ authorityId, error: toAppError(error).message }, 'an OCSP responder could not be renewed; it is tried again');
    }
  }
}
