import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { toAppError, type Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, CONFIG, LOGGER } from '@sifaka/runtime';
import { z } from 'zod';
import type { IssuerConfig } from '../issuer.config.js';
import { holdClaim } from './hold-claim.js';
import { MakeCrls } from './make-crls.js';
import { PublicationRepository } from './publication.repository.js';
import { crlDue, crlTermsOf, publishCrlJob, type CrlTerms, type PublicationState, type PublishingAuthority } from './publication.js';
import { PublishingAuthorities } from './publishing-authorities.js';

/**
 * Keeps revocation lists true: made anew by schedule, and after a revocation at once, one list for all that is revoked meanwhile.
 * One replica at a time makes those of an authority.
 */
@Injectable()
export class PublishCrl {
  private readonly terms: CrlTerms;
  /** Authorities that this process is at, and those where something came up meanwhile. */
  private readonly running = new Set<number>();
  private readonly askedAgain = new Set<number>();

  constructor(
    private readonly publications: PublicationRepository,
    private readonly authorities: PublishingAuthorities,
    private readonly making: MakeCrls,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) config: IssuerConfig,
  ) {
    this.terms = crlTermsOf(config);
  }

  @Job(publishCrlJob, { timeLimitMs: 300_000 })
  async changed(payload: JobPayload, { signal }: JobContext): Promise<void> {
    await this.keepTrue(z.int().parse(payload.authorityId), signal);
  }

  /** Lists whose time has come, authorities that are new, attempts that failed. */
  @Job('publish-crls', { cron: '* * * * *', timeLimitMs: 300_000 })
  async due(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const now = this.clock.now();
    for (const { id, name, state } of await this.publications.publishing(now)) {
      if (signal.aborted) return;
      if (state === null) await this.publications.slugOf(id, name);
      else if (crlDue(state, this.terms, now) === null || isResting(state, now)) continue;
      await this.keepTrue(id, signal);
    }
  }

  /** Makes new lists whether they are due or not, and waits for them. @throws AppError of whatever went wrong */
  async now(authority: PublishingAuthority, signal: AbortSignal): Promise<void> {
    for (;;) {
      const claim = await this.publications.claim(authority.id);
      if ('number' in claim) return this.make(authority, claim.number, true);
      await delay(Math.min(claim.waitMs + 1, lookAgainMs), undefined, { signal });
    }
  }

  /** Until nothing is due; a failure is written down, and tried again by schedule. */
  private async keepTrue(id: number, signal: AbortSignal): Promise<void> {
    if (this.running.has(id)) return void this.askedAgain.add(id);
    this.running.add(id);
    try {
      const authority = await this.authorities.find(id);
      if (authority === null) return;
      do {
        this.askedAgain.delete(id);
        while (!signal.aborted && (await this.step(authority, signal)));
      } while (this.askedAgain.has(id) && !signal.aborted);
    } catch (error) {
      if (!signal.aborted) this.logger.warn({ authorityId: id, error: toAppError(error).message }, 'a revocation list could not be made; it is tried again');
    } finally {
      this.running.delete(id);
    }
  }

  /** @returns false when nothing is due */
  private async step(authority: PublishingAuthority, signal: AbortSignal): Promise<boolean> {
    const state = await this.publications.read(authority.id);
    const due = state === null ? null : crlDue(state, this.terms, this.clock.now());
    // Beyond its own end an authority says nothing more.
    if (due === null || authority.facts.notAfter <= this.clock.now()) return false;
    const claim = await this.publications.claim(authority.id);
    if ('number' in claim) await this.make(authority, claim.number, due === 'schedule');
    else await delay(Math.min(claim.waitMs + 1, lookAgainMs), undefined, { signal });
    return true;
  }

  private async make(authority: PublishingAuthority, number: number, isBase: boolean): Promise<void> {
    try {
      await holdClaim(() => this.publications.renew(authority.id, number), () => this.making.run(authority, number, isBase));
    } catch (error) {
      await this.publications.fail(authority.id, number, toAppError(error).message, this.clock.now());
      throw error;
    }
  }
}

function isResting({ nextTryAt }: PublicationState, now: Date): boolean {
  if (nextTryAt === null) return false;
  const leftMs = nextTryAt.getTime() - now.getTime();
  return leftMs > 0 && leftMs <= longestRestMs;
}

/** Whoever makes a list at the moment is done sooner than the claim ends. */
const lookAgainMs = 250;
/** Waiting for longer than this was not meant: the clock was wrong then. */
const longestRestMs = 10 * 60_000;
