import { Inject, Injectable } from '@nestjs/common';
import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { Task, type TaskContext } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { DiscoveryConfig } from '../discovery.config.js';
import { AskHosts } from './ask-hosts.js';
import { EndingCertificates } from './ending-certificates.js';
import { ServedRepository } from './served.repository.js';

const dayMs = 86_400_000;
/** What was not looked for since is over, or was renewed. */
const keptDays = 35;
/** Lines of a report. */
const told = 20;

/** Looks for certificates that end soon and are still presented (domain-rules §18). Only what is kept is told to anybody. */
@Injectable()
export class IdentifyServed {
  constructor(
    private readonly ending: EndingCertificates,
    private readonly hosts: AskHosts,
    private readonly served: ServedRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<DiscoveryConfig, 'deployedCheckCommit'>,
  ) {}

  @Task('identify_expiring_deployed_certificates')
  async run({ dryRun = !this.config.deployedCheckCommit }: TaskArguments, { signal }: TaskContext): Promise<TaskReport> {
    try {
      const report = await this.look(dryRun, signal);
      measure.count('identify_expiring_deployed_certificates', { status: 'success' });
      return report;
    } catch (error) {
      measure.count('identify_expiring_deployed_certificates', { status: 'failure' });
      throw error;
    }
  }

  private async look(dryRun: boolean, signal: AbortSignal): Promise<TaskReport> {
    const asker = this.hosts.forRun(signal);
    const sum = { certificates: 0, names: 0, presented: 0 };
    const lines: string[] = [];
    const refused = new Set<string>();
    for await (const page of this.ending.pages(signal)) {
      const answers = await asker.ask(page);
      if (!dryRun) await this.served.keep(answers.served, this.clock.now());
      for (const each of answers.refused) refused.add(each);
      sum.certificates += page.length;
      for (const { certificateId, domains } of answers.served) {
        const seen = domains.filter(({ ports }) => ports.length > 0);
        sum.names += domains.length;
        sum.presented += Number(seen.length > 0);
        const name = page.find(({ id }) => id === certificateId)?.name ?? '';
        if (seen.length > 0 && lines.length < told) lines.push(`"${name}" (${certificateId}): ${seen.slice(0, 5).map((each) => `${each.name} ${each.ports.join(', ')}`).join('; ')}`);
      }
    }
    if (!dryRun) await this.served.forget(new Date(this.clock.now().getTime() - keptDays * dayMs));
    const guard: TaskReport = refused.size === 0 ? {} : { refusedByGuard: refused.size, refused: [...refused].slice(0, told), note: 'hosts with private addresses are asked only where SIFAKA_OUTBOUND_ALLOWED_HOSTS allows them' };
    return { dryRun, ...sum, stillPresented: lines, ...guard };
  }
}
