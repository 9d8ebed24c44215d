import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock } from '@sifaka/kernel';
import type { IssueAnswer, Principal } from '@sifaka/contracts';
import { measure } from '@sifaka/observability';
import { CLOCK } from '@sifaka/runtime';
import { MintCertificate } from '../certificate/mint-certificate.js';
import { ObtainCertificate } from '../certificate/obtain-certificate.js';
import { JudgeIssuance } from '../issuance/judge-issuance.js';
import type { RequestIdentity } from '../issuance/request-identity.js';
import { askedNames } from '../pending/asked-names.js';
import type { Requested } from '../pending/pending-certificate.js';
import { outlastingFault } from '../pending/settlement.js';
import { IssuerPlugins } from '../plugins/issuer-plugins.js';
import type { Succession } from './plan-successor-of.js';

interface Renewal extends Succession {
  /** Null: asked for again, it gives another certificate. */
  identity: RequestIdentity | null;
  /** Who wants it, for the record. */
  principal: Principal;
  signal: AbortSignal;
}

/** Obtains the successor of a certificate: policy, new key, signature, one row that takes the old one's place. */
@Injectable()
export class RenewCertificate {
  constructor(
    private readonly judge: JudgeIssuance,
    private readonly mint: MintCertificate,
    private readonly obtain: ObtainCertificate,
    private readonly issuers: IssuerPlugins,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Whether anything that is known here speaks against it, in the order in which `run` would come upon it.
   *
   * @throws AppError what `run` would be refused with before the authority is asked
   */
  async rehearse({ authority, plan }: Succession): Promise<void> {
    await this.judge.renew(plan.ask, authority, self);
    await this.issuers.of(authority);
  }

  async run({ old, authority, plan, mustOutlast, identity, principal, signal }: Renewal): Promise<IssueAnswer> {
    // RI-11: names that were certified once are no question of who asks.
    const draft = await this.judge.renew(plan.ask, authority, self);
    const prepared = await this.mint.prepare(draft, authority, { requester: null, signal });
    const requested: Requested = {
      authority,
      csrDer: prepared.csrDer,
      keyId: prepared.key?.keyId ?? null,
      requestId: prepared.request.requestId,
      commonName: draft.commonName,
      names: askedNames(draft),
      owner: old.owner,
      ownerRoleId: old.ownerRoleId,
      roleIds: plan.roleIds,
      description: plan.description,
      notify: old.notify,
      rotation: old.rotation,
      rotationPolicy: old.rotationPolicy,
      name: plan.ask.name,
      seriesName: plan.seriesName,
      renewalOf: old.id,
      replaces: [old.id],
      dnsProviderId: old.dnsProviderId,
      destinationIds: old.destinationIds,
      // Whoever keeps them copies those of the certificate that it renews.
      notificationIds: [],
      request: identity,
      mustOutlast,
      storeBefore: old.storeBefore,
      creatorId: old.userId,
      principal,
      at: prepared.startedAt,
    };
    const answer = await this.obtain.run(requested, prepared, signal, ({ notAfter }) => {
      const fault = outlastingFault({ notAfter }, mustOutlast, this.clock.now());
      if (fault !== null) throw new AppError('upstream_failed', fault, { reason: 'issuer.wrong_certificate' });
    });
    if (old.authorityName !== null && old.authorityId !== authority.id) measure.count('certificate_authority_translation', { original_authority: old.authorityName, new_authority: authority.name });
    return answer;
  }
}

export const self: Principal = { kind: 'system', service: 'issuer' };
