import { Injectable } from '@nestjs/common';
import type { CertificateAccess } from '@sifaka/authz';
import type { IssueAnswer, Principal } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { CertificateRepository } from '../certificate/certificate.repository.js';
import type { RequestIdentity } from '../issuance/request-identity.js';
import type { Succession } from './plan-successor-of.js';
import { RenewCertificate } from './renew-certificate.js';
import { RenewalPace } from './renewal-pace.js';
import { RenewalRepository, type Claim } from './renewal.repository.js';
import { SettleRenewals } from './settle-renewals.js';

interface Asking {
  principal: Principal;
  signal: AbortSignal;
  identity: RequestIdentity | null;
  /** Hash of the caller's own key for the request. */
  requestKey: string | null;
  now: Date;
}

/** Renews one certificate while its applicant waits; nobody else does so meanwhile. */
@Injectable()
export class RenewByHand {
  constructor(
    private readonly renewals: RenewalRepository,
    private readonly renew: RenewCertificate,
    private readonly settling: SettleRenewals,
    private readonly pace: RenewalPace,
    private readonly certificates: CertificateRepository,
  ) {}

  /** @throws AppError `not_found` */
  holderOf(id: number): Promise<CertificateAccess & { id: number; name: string }> {
    return this.certificates.get(id);
  }

  /** @throws AppError what `run` would be refused with before the authority is asked */
  async rehearse(succession: Succession, now: Date): Promise<void> {
    const { old, authority } = succession;
    if (await this.renewals.isClaimed(old.id, now)) throw underWay(old.name);
    await this.pace.admit(authority.id, { isDryRun: true });
    await this.renew.rehearse(succession);
  }

  /** @throws AppError `conflict` while it is renewed already, `rate_limited` where the authority is asked no more this hour */
  async run(succession: Succession, { principal, signal, identity, requestKey, now }: Asking): Promise<IssueAnswer> {
    const { old, authority } = succession;
    const claim = await this.renewals.claim(old.id, authority.id, { now, until: new Date(now.getTime() + leaseMs), requestKey });
    if (claim === null) throw underWay(old.name);
    try {
      await this.pace.admit(authority.id);
      return await this.settle(claim, await this.renew.run({ ...succession, identity, principal, signal }));
    } catch (error) {
      // Who presses again asks the authority again.
      if (identity !== null) await this.renewals.freeKey(identity.key);
      await this.renewals.release(claim, now);
      throw error;
    }
  }

  private async settle(claim: Claim, answer: IssueAnswer): Promise<IssueAnswer> {
    if ('pending' in answer && answer.pending.state === 'failed') throw new AppError('upstream_failed', answer.pending.lastError ?? 'the pending certificate came to nothing', { reason: 'pending.failed' });
    if ('pending' in answer) await this.renewals.pend(claim, answer.pending.id);
    else await this.settling.renewed(claim.certificateId, answer.certificate);
    return answer;
  }
}

const underWay = (name: string): AppError => new AppError('conflict', `"${name}" is being renewed already`, { reason: 'renewal.under_way', retryAfterMs: 5_000 });

/** Longer than a caller of this service waits. */
const leaseMs = 120_000;
