import { Inject, Injectable } from '@nestjs/common';
import type { SystemPrincipal, TaskArguments, TaskReport } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { Task, type TaskContext } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CONFIG, LOGGER } from '@sifaka/runtime';
import type { DiscoveryConfig } from '../discovery.config.js';
import { noSuchLabel, SourceRepository } from '../source/source.repository.js';
import { CleanSource, type Cleaned } from './clean-source.js';

/** Lines of a report, of sources and of certificates. */
const told = 30;

const platform: SystemPrincipal = { kind: 'system', service: 'discovery' };

/** Expired certificates go from their sources, where the installation says so; otherwise it is said which ones would. */
@Injectable()
export class CleanTasks {
  constructor(
    private readonly sources: SourceRepository,
    private readonly cleaning: CleanSource,
    @Inject(CONFIG) private readonly config: Pick<DiscoveryConfig, 'cleanSourcesCommit'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Sources that are switched off are left alone. One that fails does not stop the others: the report says so.
   *
   * @throws AppError when none could be looked at to its end
   */
  @Task('clean_all_sources')
  async all({ dryRun }: TaskArguments, { signal, trigger }: TaskContext): Promise<TaskReport> {
    const isDryRun = dryRun ?? (trigger === 'schedule' ? !this.config.cleanSourcesCommit : true);
    const done: Cleaned[] = [];
    for (const source of await this.sources.active()) {
      signal.throwIfAborted();
      const cleaned = await this.cleaning.run(source, { selection: { kind: 'expired' }, isDryRun, by: platform, signal });
      if (cleaned.fault !== null) this.logger.warn({ err: cleaned.fault, sourceId: source.id }, 'a source could not be cleaned to its end');
      done.push(cleaned);
    }
    const [fault] = done.map((each) => each.fault);
    if (fault && done.every((each) => each.fault !== null)) throw fault;
    return reportOf(done, isDryRun);
  }

  @Task('clean_source')
  async one({ label, dryRun = true }: TaskArguments, { signal }: TaskContext): Promise<TaskReport> {
    if (label === undefined) throw new AppError('invalid_argument', 'label: says which source', { reason: 'task.argument_missing', fields: [{ path: 'label', message: 'is required' }] });
    const source = await this.sources.byLabel(label);
    if (source === undefined) throw noSuchLabel(label);
    const cleaned = await this.cleaning.run(source, { selection: { kind: 'expired' }, isDryRun: dryRun, by: platform, signal });
    if (cleaned.fault !== null) throw cleaned.fault;
    return reportOf([cleaned], dryRun);
  }
}

function reportOf(done: readonly Cleaned[], dryRun: boolean): TaskReport {
  const sum = (outcome: keyof Cleaned['counts']) => done.reduce((total, { counts }) => total + counts[outcome], 0);
  const sources = done.slice(0, told).map(({ report: { source, reasonNot }, counts, fault }) => ({ source: source.label, ...(dryRun ? { wouldBeRemoved: counts.would_be_removed } : { removed: counts.removed, failed: counts.failed }), kept: counts.kept, reasonNot: fault?.message ?? reasonNot }));
  const lines = done.flatMap(({ report }) => report.certificates.map(({ id, name, outcome, detail }) => `${report.source.label}: "${name}" (${id}) ${outcome.replaceAll('_', ' ')}${detail === null ? '' : `: ${detail}`}`));
  return { dryRun, wouldBeRemoved: sum('would_be_removed'), removed: sum('removed'), failed: sum('failed'), kept: sum('kept'), sources, certificates: lines.slice(0, told) };
}
