import { Injectable } from '@nestjs/common';
import { AppError, isAppError } from '@sifaka/kernel';
import { renewalIdentity } from '../issuance/request-identity.js';
import { PlanSuccessor } from './plan-successor-of.js';
import { RenewCertificate, self } from './renew-certificate.js';
import { successorOf, type RenewalFacts } from './renewal-facts.js';
import { RenewalPace } from './renewal-pace.js';
import { RenewalStandings } from './renewal-standings.js';
import { RenewalRepository, type Claim } from './renewal.repository.js';
import { SettleRenewals } from './settle-renewals.js';

export type AttemptOutcome =
  /** `skipped`: there is nothing to renew any more, or the platform stopped in between. */
  | { status: 'renewed' | 'pending' | 'skipped' }
  | { status: 'failed'; error: unknown; fault: { error: string; retryAfterMs: number | undefined }; isAuthorityAway: boolean };

/** One attempt to renew a certificate that was claimed, with all that follows from it. */
@Injectable()
export class AttemptRenewal {
  constructor(
    private readonly standings: RenewalStandings,
    private readonly successors: PlanSuccessor,
    private readonly renew: RenewCertificate,
    private readonly renewals: RenewalRepository,
    private readonly settling: SettleRenewals,
    private readonly pace: RenewalPace,
  ) {}

  async run(claim: Claim, now: () => Date, signal: AbortSignal): Promise<AttemptOutcome> {
    const { facts, stored, verdict } = await this.standings.verdictOf(claim.certificateId);
    if (!verdict.isWanted || signal.aborted) {
      await this.conclude(claim, facts, now());
      return { status: 'skipped' };
    }
    try {
      return await this.attempt(claim, signal);
    } catch (error) {
      return this.fault(claim, facts, { error, attempts: stored?.attempts ?? 0, at: now(), isCutOff: signal.aborted });
    }
  }

  private async attempt(claim: Claim, signal: AbortSignal): Promise<AttemptOutcome> {
    const succession = await this.successors.of(claim.certificateId, { mustGain: true });
    const answer = await this.renew.run({ ...succession, identity: renewalIdentity(claim.certificateId), principal: self, signal });
    await this.pace.succeeded(claim.authorityId);
    if ('pending' in answer) {
      await this.renewals.pend(claim, answer.pending.id);
      return { status: 'pending' };
    }
    await this.settling.renewed(claim.certificateId, answer.certificate);
    return { status: 'renewed' };
  }

  /** What was issued before a stop is found, and told of; else it is planned anew. */
  private async conclude(claim: Claim, facts: RenewalFacts, at: Date): Promise<void> {
    const successor = successorOf(facts);
    if (facts.renewedBy !== null && successor !== null) await this.settling.renewed(claim.certificateId, successor);
    else await this.renewals.release(claim, at);
  }

  private async fault(claim: Claim, facts: RenewalFacts, { error, attempts, at, isCutOff }: { error: unknown; attempts: number; at: Date; isCutOff: boolean }): Promise<AttemptOutcome> {
    if (isAppError(error) && (passing.includes(error.reason ?? '') || (isCutOff && error.reason === 'certificate.too_late'))) {
      await this.renewals.release(claim, at);
      return { status: 'skipped' };
    }
    const known = isAppError(error) && error.code !== 'internal' ? error : new AppError('internal', 'the platform failed: its log knows more');
    const { message, retryAfterMs } = known;
    await this.settling.failed(claim, facts, { error: message, retryAfterMs, attempts });
    return { status: 'failed', error, fault: { error: message, retryAfterMs }, isAuthorityAway: isAway(known) };
  }
}

/** Another replica has just asked, or this one stops. */
const passing = ['idempotency.at_work', 'job.cut_off'];

/** Whether other certificates would hear the same. An answer, whatever it says, is of one certificate alone. */
const isAway = ({ code, reason = '' }: AppError): boolean => reason !== 'certificate.too_late' && (awayCodes.includes(code) || awayReasons.includes(reason));
const awayCodes = ['upstream_timeout', 'unavailable', 'rate_limited'];
const awayReasons = ['outbound.not_reached', 'outbound.failed', 'outbound.tls', 'upstream.unavailable'];
