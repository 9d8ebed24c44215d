import { Inject, Injectable } from '@nestjs/common';
import { allow, type AccessRules } from '@sifaka/authz';
import type { InputOf, IssueAnswer, OutputOf, reissueCertificate, ReissuePlan } from '@sifaka/contracts';
import { AppError, timestamp, type Clock } from '@sifaka/kernel';
import type { CallContext } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { ACCESS_RULES } from '../access-rules.js';
import { reissueIdentity, renewalIdentity } from '../issuance/request-identity.js';
import { PlanSuccessor, type Succession } from './plan-successor-of.js';
import { RenewByHand } from './renew-by-hand.js';
import { successorOf } from './renewal-facts.js';
import { RepeatedReissue } from './repeated-reissue.js';
import { RenewalStandings } from './renewal-standings.js';
import { reissueRefusal } from './reissue-refusal.js';

type Input = InputOf<typeof reissueCertificate>;

/** A person wants the successor now. */
@Injectable()
export class ReissueCertificate {
  constructor(
    private readonly standings: RenewalStandings,
    private readonly successors: PlanSuccessor,
    private readonly byHand: RenewByHand,
    private readonly repeats: RepeatedReissue,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  async run(input: Input, { principal, signal }: CallContext): Promise<OutputOf<typeof reissueCertificate>> {
    const { id, isDryRun, isForced, requestKey } = input;
    const { facts, stored } = await this.standings.verdictOf(id);
    const holder = await this.byHand.holderOf(id);
    allow(principal, 'certificate:write', holder);
    const identity = requestKey === null ? null : reissueIdentity(principal, id, requestKey);
    const repeated = identity === null || stored?.requestKey !== identity.key ? null : await this.repeats.answer(stored);
    const refusal = repeated === null ? reissueRefusal(facts, isForced) : null;
    if (refusal !== null) throw refusal;

    const succession = await this.successors.of(id, { mustGain: false });
    allow(principal, 'certificate:issue', succession.authority, this.rules);
    const plan = planOf(succession);
    if (repeated !== null) return { plan, issued: repeated };
    if (isDryRun) {
      await this.byHand.rehearse(succession, this.clock.now());
      return { plan, issued: null };
    }
    const issued = await this.ask(succession, { input, principal, signal, identity: successorOf(facts) === null ? renewalIdentity(id) : identity, requestKey: identity?.key ?? null });
    return { plan, issued };
  }

  private ask(succession: Succession, asking: { input: Input; identity: ReturnType<typeof renewalIdentity> | null; requestKey: string | null } & Pick<CallContext, 'principal' | 'signal'>): Promise<IssueAnswer> {
    const { principal, signal, identity, requestKey } = asking;
    if (signal.aborted) throw new AppError('unavailable', 'nobody waits for the answer any more; try again', { reason: 'certificate.too_late' });
    return this.byHand.run(succession, { principal, signal, identity, requestKey, now: this.clock.now() });
  }
}

function planOf({ old, authority, plan }: Succession): ReissuePlan {
  return {
    certificateId: old.id,
    name: old.name,
    commonName: plan.ask.commonName,
    names: plan.names,
    authority: { id: authority.id, name: authority.name },
    validityStart: timestamp(plan.notBefore),
    validityEnd: timestamp(plan.notAfter),
  };
}
