import { setMaxListeners } from 'node:events';
import { Inject, Injectable } from '@nestjs/common';
import type { Principal, RevocationCheckRecord, TaskArguments, TaskReport } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { Task, type JobContext } from '@sifaka/messaging';
import { measure, type Logger } from '@sifaka/observability';
import { HostManners } from '@sifaka/revocation-check';
import { CLOCK, CONFIG, LOGGER } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import { AskCa } from './ask-ca.js';
import { CheckTally } from './check-tally.js';
import { KeepVerdict } from './keep-verdict.js';
import { RevocationCheckRepository, type CheckedCertificate, type CheckRound } from './revocation-check.repository.js';

/** Asks the CAs of all valid certificates whether they revoked them (ST-3 to ST-8). */
@Injectable()
export class CheckRevoked {
  constructor(
    private readonly checks: RevocationCheckRepository,
    private readonly ca: AskCa,
    private readonly keeping: KeepVerdict,
    @Inject(CONFIG) private readonly config: IssuerConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A run that is cut off goes on where it was: the next one within a day looks at the rest alone. */
  @Task('check_revoked')
  async run(_args: TaskArguments, { signal }: JobContext): Promise<TaskReport> {
    // Each question listens to it, and so does what it waits for.
    setMaxListeners(4 * atOnce, signal);
    const now = this.clock.now();
    const round = await this.checks.beginRound(now, new Date(now.getTime() - dayMs));
    const tally = new CheckTally(round.startedAt < now);
    const manners = new HostManners(this.clock);
    for (let page = await this.page(round, now); page.length > 0 && !signal.aborted; page = await this.page(round, now)) {
      await this.look(page, { signal, manners, tally });
      // What was not asked about in time is asked about when the run goes on.
      if (aborted(signal)) break;
      round.belowId = page.at(-1)?.id ?? 0;
      await this.checks.advanceRound(round.belowId);
      tally.pages += 1;
      measure.count('certificate_revoked_progress', { page: tally.pages });
      measure.gauge('certificate_revoked_checked', tally.checked, {});
    }
    if (!aborted(signal)) await this.checks.endRound(this.clock.now());
    tally.measure();
    return tally.report();
  }

  private page(round: CheckRound, now: Date): Promise<CheckedCertificate[]> {
    const today = Math.floor(now.getTime() / dayMs) * dayMs;
    const pluginSlugs = this.config.supportedRevocationAuthorityPlugins;
    return this.checks.page({ round, endsFrom: new Date(today), createdUntil: new Date(today - dayMs), pluginSlugs, count: pageSize });
  }

  private async look(page: readonly CheckedCertificate[], { signal, manners, tally }: Look): Promise<void> {
    const ours = page.filter(({ isOurs }) => isOurs).map(({ id }) => id);
    await this.checks.settle(ours);
    tally.settled += ours.length;
    const left = page.filter(({ isOurs }) => !isOurs).values();
    const records: RevocationCheckRecord[] = [];
    const worker = async (): Promise<void> => {
      for (const certificate of left) {
        if (aborted(signal)) return;
        const record = await this.one(certificate, { signal, manners, tally });
        if (record !== null) records.push(record);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    await this.checks.keep(records);
  }

  /** What is revoked is kept at once, the rest with its page. */
  private async one(certificate: CheckedCertificate, { signal, manners, tally }: Look): Promise<RevocationCheckRecord | null> {
    try {
      const record = await this.ca.ask(certificate, { signal, manners });
      // Half an answer is none.
      if (aborted(signal) && record.status === 'unknown') return null;
      tally.add(record, certificate.name);
      if (record.status === 'unknown') return record;
      if (record.status === 'good' && !certificate.isRevoked) return record;
      await this.keeping.run(record, itself);
    } catch (error) {
      this.logger.error({ err: error, certificateId: certificate.id }, 'a certificate could not be checked for revocation');
      measure.count('certificate_revoked', { status: 'failure', certificate_name: certificate.name, certificate_id: certificate.id });
      tally.failed += 1;
    }
    return null;
  }
}

interface Look {
  signal: AbortSignal;
  manners: HostManners;
  tally: CheckTally;
}

const itself: Principal = { kind: 'system', service: 'issuer' };
const dayMs = 86_400_000;
const pageSize = 1_000;
/** Nearly all of the time of a check is spent waiting for a host, which gets four questions at a time at most. */
const atOnce = 16;

/** Asked anew each time: what is awaited in between changes it. */
const aborted = (signal: AbortSignal): boolean => signal.aborted;
