import { Inject, Injectable } from '@nestjs/common';
import { toAppError, type Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { der, parseOcspRequest } from '@sifaka/pki';
import { CLOCK, CONFIG, LOGGER } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import { OcspRepository, type AgeingAnswer } from './ocsp.repository.js';
import { PublishingAuthorities } from './publishing-authorities.js';
import { SignOcsp } from './sign-ocsp.js';

/** Signs answers anew that somebody asked for within the last days, after half their life and before anybody waits for it. */
@Injectable()
export class RefreshOcsp {
  constructor(
    private readonly repository: OcspRepository,
    private readonly authorities: PublishingAuthorities,
    private readonly signing: SignOcsp,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {}

  @Job('refresh-ocsp-responses', { cron: '*/5 * * * *', timeLimitMs: 280_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const now = this.clock.now().getTime();
    const endsBefore = new Date(now + (this.config.ocspValidityHours * 3_600_000) / 2);
    for (;;) {
      const ageing = await this.repository.ageing(endsBefore, new Date(now - askedWithinMs), batchSize);
      const refreshed = signal.aborted ? 0 : await this.refreshAll(ageing);
      // Those that could not be signed come again in the next run.
      if (ageing.length < batchSize || refreshed < ageing.length) break;
    }
    await this.repository.removeEnded(new Date(now - keptMs));
  }

  private async refreshAll(ageing: readonly AgeingAnswer[]): Promise<number> {
    const outcomes = await Promise.allSettled(ageing.map((each) => this.refresh(each)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) this.logger.warn({ error: toAppError(failed.reason).message }, 'OCSP answers could not be signed anew; it is tried again');
    return outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value).length;
  }

  private async refresh({ authorityId, certId }: AgeingAnswer): Promise<boolean> {
    const authority = await this.authorities.find(authorityId);
    // As a request would name it.
    const [parsed] = parseOcspRequest(der.sequence(der.sequence(der.sequence(der.sequence(certId))))).certIds;
    if (authority === null || parsed === undefined) return false;
    const signed = await this.signing.keep(authority, parsed, false);
    return signed !== null && !signed.hasUnknown;
  }
}

/** 256 answers take 0.1 s. */
const batchSize = 256;
const askedWithinMs = 3 * 86_400_000;
const keptMs = 86_400_000;
