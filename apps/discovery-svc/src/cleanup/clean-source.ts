import { Inject, Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import { readNotableCertificates, type CleanReport, type InputOf, type cleanSource, type OutputOf, type Principal } from '@sifaka/contracts';
import { AppError, toAppError, type Clock } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import type { Source } from '@sifaka/plugin-sdk';
import { CLOCK } from '@sifaka/runtime';
import { SourcePlugins } from '../source/source-plugins.js';
import type { SourceRow } from '../source/source-row.js';
import { noSuchSource, SourceRepository } from '../source/source.repository.js';
import { CleanupRepository, type CertificateThere } from './cleanup.repository.js';
import { RemoveFromPlace } from './remove-from-place.js';
import { isSelected, type Selection } from './selection.js';

type Certificate = OutputOf<typeof readNotableCertificates>['certificates'][number];
type Line = CleanReport['certificates'][number];

interface Wanted {
  selection: Selection;
  isDryRun: boolean;
  by: Principal;
  /** Nothing is begun after that. */
  signal: AbortSignal;
}

export interface Cleaned {
  report: CleanReport;
  counts: Record<Line['outcome'], number>;
  /** What ended it before its end, through no fault of the source; null: it was looked at to its end. */
  fault: AppError | null;
}

const pageSize = 200;
/** More than anybody reads; the counts go on. */
const listedLines = 500;
/** Below what a caller waits for: the removal at hand comes to its end. */
const requestLimitMs = 15_000;

/** Takes certificates without endpoints out of a source (domain-rules §19), or says which ones it would take. One that fails does not stop the others. */
@Injectable()
export class CleanSource {
  constructor(
    private readonly sources: SourceRepository,
    private readonly plugins: SourcePlugins,
    private readonly repository: CleanupRepository,
    private readonly removal: RemoveFromPlace,
    private readonly rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async asked({ id, selection, isDryRun }: InputOf<typeof cleanSource>, principal: Principal): Promise<CleanReport> {
    allow(principal, 'administer', { what: 'clean sources' });
    const source = await this.sources.byId(id);
    if (source === undefined) throw noSuchSource(id);
    const { report, fault } = await this.run(source, { selection, isDryRun, by: principal, signal: AbortSignal.timeout(requestLimitMs) });
    if (fault !== null) throw fault;
    return report;
  }

  /** Never throws: what the source does is in the report, and what else came in between as `fault`, beside what was done until then. */
  async run(source: SourceRow, wanted: Wanted): Promise<Cleaned> {
    const report: CleanReport = { source: { id: source.id, label: source.label }, isDryRun: wanted.isDryRun, reasonNot: null, certificates: [], total: 0 };
    const done: Cleaned = { report, counts: { would_be_removed: 0, removed: 0, failed: 0, kept: 0 }, fault: null };
    try {
      await this.through(source, wanted, done);
    } catch (error) {
      done.fault = toAppError(error);
    }
    return done;
  }

  private async through(source: SourceRow, wanted: Wanted, done: Cleaned): Promise<void> {
    const plugin = await this.plugin(source);
    if (typeof plugin === 'string') done.report.reasonNot = plugin;
    for (let afterId = 0; ; ) {
      if (wanted.signal.aborted && isKnownToBeCut(done, wanted)) return;
      if (wanted.signal.aborted) throw tooLong(source);
      const page = await this.repository.page(source.id, afterId, pageSize);
      const last = page.at(-1);
      if (last === undefined) return;
      const facts = new Map((await this.facts(page)).map((each) => [each.id, each]));
      const now = this.clock.now();
      for (const there of page) {
        const certificate = facts.get(there.certificateId);
        if (certificate !== undefined && isSelected(certificate, wanted.selection, now)) note(done, await this.one(source, plugin, { there, certificate }, wanted));
      }
      afterId = last.certificateId;
    }
  }

  private async one(source: SourceRow, plugin: Source | string, { there, certificate }: { there: CertificateThere; certificate: Certificate }, { isDryRun, by, signal }: Wanted): Promise<Line> {
    const { id, name, owner, notAfter } = certificate;
    const line = (outcome: Line['outcome'], detail: string | null = null): Line => ({ id, name, owner, notAfter, outcome, detail });
    if (there.presentedBy.length > 0) return line('kept', `presented by ${there.presentedBy.join(', ')}`);
    if (typeof plugin === 'string') return line('kept', plugin);
    if (isDryRun) {
      this.removal.count('failure', source.label, name);
      return line('would_be_removed');
    }
    if (signal.aborted) return line('would_be_removed', 'it was not reached in time: ask again');
    const fault = await this.removal.run(source, plugin, { ...there, name }, by);
    return fault === null ? line('removed') : line(fault.isKept ? 'kept' : 'failed', fault.why);
  }

  /** In words why nothing can be removed there. */
  private async plugin(source: SourceRow): Promise<Source | string> {
    try {
      const plugin = await this.plugins.of(source);
      return plugin.remove === undefined ? `plugin "${source.plugin}" removes no certificates from its place` : plugin;
    } catch (error) {
      return toAppError(error).message;
    }
  }

  /** Answers are as long as a message holds, in order of the ids. */
  private async facts(page: readonly CertificateThere[]): Promise<Certificate[]> {
    const found: Certificate[] = [];
    let ids = page.map(({ certificateId }) => certificateId);
    while (ids.length > 0) {
      const { certificates }: OutputOf<typeof readNotableCertificates> = await this.rpc.call(readNotableCertificates, { ids }, { principal: { kind: 'system', service: 'discovery' } });
      const last = certificates.at(-1);
      if (last === undefined) break;
      found.push(...certificates);
      ids = ids.filter((id) => id > last.id);
    }
    return found;
  }
}

/** Lines that were not reached say already that there is more to do. */
const isKnownToBeCut = ({ counts }: Cleaned, { isDryRun }: Wanted): boolean => !isDryRun && counts.would_be_removed > 0;

const tooLong = ({ label }: SourceRow): AppError =>
  new AppError('unavailable', `source "${label}" has more certificates than could be looked at in time: ask again, or run the task clean_source, which takes its time`, { reason: 'source.clean_took_too_long' });

function note({ report, counts }: Cleaned, line: Line): void {
  counts[line.outcome] += 1;
  report.total += 1;
  if (report.certificates.length < listedLines) report.certificates.push(line);
}
