import { Inject, Injectable } from '@nestjs/common';
import { AppError, assertNever, isAppError, type Clock } from '@sifaka/kernel';
import type { IssueAnswer } from '@sifaka/contracts';
import type { IssueOutcome, PendingOutcome } from '@sifaka/plugin-sdk';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import { MintCertificate, rejected, type Prepared } from '../certificate/mint-certificate.js';
import type { RepeatedRequest, RequestIdentity } from '../issuance/request-identity.js';
import type { IssuerConfig } from '../issuer.config.js';
import { Outcomes } from './outcomes.js';
import { PendingAnswers } from './pending-answers.js';
import type { Requested } from './pending-certificate.js';
import { PendingRepository } from './pending.repository.js';
import { persistently } from './persistently.js';

/**
 * Asks an authority whose key is not in our key vault. Nothing of ours would know of what it issues if the platform stopped
 * before the answer, so the request is on record before it leaves the house.
 */
@Injectable()
export class AskOutside {
  constructor(
    private readonly pending: PendingRepository,
    private readonly mint: MintCertificate,
    private readonly outcomes: Outcomes,
    private readonly answers: PendingAnswers,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {}

  answeredBefore(request: RequestIdentity | null, before: RepeatedRequest | null, signal: AbortSignal): Promise<IssueAnswer | null> {
    return this.answers.before(request, before, signal);
  }

  /** The certificate when the authority gives it at once, else the record of the promise. */
  async run(requested: Requested, prepared: Prepared, signal: AbortSignal): Promise<IssueAnswer> {
    for (let left = 3; left > 0; left -= 1) {
      const intent = await this.intend(requested, prepared);
      if (intent !== null) return this.ask(intent, requested, prepared);
      const answer = await this.answers.ofFirst(requested.request, signal);
      if (answer !== null) return answer;
    }
    throw tooLate();
  }

  /** The answer came without that anything of it had to be written down before. */
  async later(requested: Requested, outcome: PendingOutcome, signal: AbortSignal): Promise<IssueAnswer> {
    const id = await this.outcomes.wait(null, requested, outcome);
    const answer = id === null ? await this.answers.ofFirst(requested.request, signal) : await this.answers.answerOf(id);
    if (answer === null) throw tooLate();
    return answer;
  }

  private async intend(requested: Requested, { issuer }: Prepared): Promise<number | null> {
    const until = new Date(this.clock.now().getTime() + 2_000 * this.config.issueLimitSeconds);
    const settledBy = issuer.poll === undefined ? 'upload' : 'poll';
    const intent = { state: 'asking', settledBy, externalId: null, orderTerms: null, nextTryAt: null, askingUntil: until, until } as const;
    return (await this.pending.insert(requested, intent))?.id ?? null;
  }

  private async ask(id: number, requested: Requested, prepared: Prepared): Promise<IssueAnswer> {
    let outcome: IssueOutcome;
    try {
      outcome = await this.mint.ask(prepared);
    } catch (error) {
      await this.giveUp(id, error);
      throw error;
    }
    // From here on there is something to lose: an outage of the database must not cost the answer.
    return persistently(() => this.settle(id, requested, outcome));
  }

  private async settle(id: number, requested: Requested, outcome: IssueOutcome): Promise<IssueAnswer> {
    switch (outcome.status) {
      case 'issued':
        return { certificate: await this.outcomes.file(id, requested, outcome) };
      case 'pending':
        return this.waiting(id, requested, outcome);
      case 'rejected':
        await this.pending.dropIntent(id, { releasesKey: true });
        throw rejected(requested.authority.name, outcome.reason);
      default:
        return assertNever(outcome);
    }
  }

  private async waiting(id: number, requested: Requested, outcome: PendingOutcome): Promise<IssueAnswer> {
    if (outcome.settledBy === 'order' && requested.names.length === 0) {
      await this.pending.dropIntent(id, { releasesKey: true });
      throw rejected(requested.authority.name, 'an ACME order needs a DNS name or an IP address');
    }
    const answer = (await this.outcomes.wait(id, requested, outcome)) === null ? null : await this.answers.answerOf(id);
    if (answer === null) throw tooLate();
    return answer;
  }

  /** What surely came to nothing is forgotten. Of the rest nobody knows: the record and its key stay, and a person can bring what was issued. */
  private async giveUp(id: number, error: unknown): Promise<void> {
    const isCertain = isAppError(error) && (certain.includes(error.code) || error.reason === 'outbound.not_reached');
    // A fault here leaves the intent, which is given up when its time is over.
    if (isCertain) await this.pending.dropIntent(id, { releasesKey: true }).catch(() => undefined);
    else await this.outcomes.doubt(id, error).catch(() => undefined);
  }
}

/** Faults after which the authority has not issued anything. */
const certain = ['invalid_argument', 'failed_precondition', 'permission_denied', 'unauthenticated', 'not_found', 'already_exists', 'rate_limited'];

const tooLate = (): AppError => new AppError('unavailable', 'issuing took too long and was given up; try again', { reason: 'certificate.too_late' });
