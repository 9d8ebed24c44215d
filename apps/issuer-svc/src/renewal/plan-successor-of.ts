import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock } from '@sifaka/kernel';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import { AuthorityDirectory, type AuthorityState } from '../authority/authority-directory.js';
import type { IssuerConfig } from '../issuer.config.js';
import { AuthorityTranslation } from './authority-translation.js';
import { planSuccessor, type SuccessorPlan } from './plan-successor.js';
import { RenewedCertificates, type RenewedCertificate } from './renewed-certificate.js';

/** A certificate, who renews it, and what is asked for. */
export interface Succession {
  readonly old: RenewedCertificate;
  readonly authority: AuthorityState;
  readonly plan: SuccessorPlan;
  /** The old one's end, where anything that ends no later would only have to be renewed again; null: a person wants it anyway. */
  readonly mustOutlast: Date | null;
}

/** Works out what the renewal of a certificate asks for, by what is stored of it. */
@Injectable()
export class PlanSuccessor {
  constructor(
    private readonly certificates: RenewedCertificates,
    private readonly authorities: AuthorityDirectory,
    private readonly translation: AuthorityTranslation,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {}

  /** @throws AppError `failed_precondition` for one without authority, or whose authority can make nothing that outlasts it */
  async of(id: number, { mustGain }: { mustGain: boolean }): Promise<Succession> {
    const old = await this.certificates.read(id, this.config.issueLimitSeconds);
    if (old.authorityId === null) throw new AppError('failed_precondition', `"${old.name}" belongs to no authority of this installation`, { reason: 'certificate.no_authority' });
    const authority = await this.authorities.read(await this.translation.of(old.authorityId));
    if (authority.format !== old.format) throw otherFormat(old, authority);
    const mustOutlast = mustGain ? old.notAfter : null;
    return { old, authority, mustOutlast, plan: planSuccessor(old, authority, this.config, { now: this.clock.now(), mustOutlast }) };
  }
}

function otherFormat({ name, format }: RenewedCertificate, authority: AuthorityState): AppError {
  const detail = `"${name}" is of format ${format}, and authority "${authority.name}" issues ${authority.format}: correct rotateAuthorityTranslation`;
  return new AppError('failed_precondition', detail, { reason: 'renewal.other_format' });
}
