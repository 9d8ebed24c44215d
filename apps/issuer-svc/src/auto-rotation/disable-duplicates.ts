import { Inject, Injectable } from '@nestjs/common';
import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { Task, type TaskContext } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import { AutoRotationRepository } from './auto-rotation.repository.js';
import { judgeDuplicates, type DuplicateCandidate } from './duplicates.js';
import { SwitchRotation } from './switch-rotation.js';

/** Leaves rotation on for one of several equal certificates, as repeated orders of an ACME client make them (domain-rules DU). */
@Injectable()
export class DisableDuplicates {
  constructor(
    private readonly candidates: AutoRotationRepository,
    private readonly switching: SwitchRotation,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {}

  @Task('disable_rotation_of_duplicate_certificates')
  async run({ dryRun = false }: TaskArguments, { signal }: TaskContext): Promise<TaskReport> {
    const { authorityToDisableRotateOfDuplicateCertificates: authorities, daysSinceIssuanceDisableRotateOfDuplicateCertificates: days } = this.config;
    if (authorities.length === 0) return { dryRun, note: 'no authority is named by authorityToDisableRotateOfDuplicateCertificates' };
    const now = this.clock.now();
    const groups = await this.candidates.duplicates(authorities, now, days === undefined ? null : new Date(now.getTime() - days * dayMs));
    const report = { dryRun, groups: groups.length, switchedOff: 0, kept: 0, skipped: 0 };
    const certificates: { id: number; name: string; outcome: string }[] = [];
    const tell = ({ id, name }: DuplicateCandidate, outcome: string) => {
      if (certificates.length < listed) certificates.push({ id, name, outcome });
    };
    for (const group of groups) {
      if (signal.aborted) break;
      const verdict = judgeDuplicates(group);
      if (verdict === null) {
        report.skipped += group.length;
        for (const one of group) this.count('skipped', one, dryRun);
        continue;
      }
      report.kept += verdict.keeps.length;
      for (const one of verdict.keeps) tell(one, 'kept');
      for (const one of verdict.loses) {
        if (!dryRun && !(await this.switching.to(false, one.id))) continue;
        report.switchedOff += 1;
        tell(one, dryRun ? 'would be switched off' : 'switched off');
        this.count('success', one, dryRun);
      }
    }
    return { ...report, certificates };
  }

  private count(status: 'success' | 'skipped', { name }: DuplicateCandidate, dryRun: boolean): void {
    if (!dryRun) measure.count('disable_rotation_duplicates', { status, certificate: name });
  }
}

const dayMs = 86_400_000;
/** In a report. */
const listed = 50;
