import { Inject, Injectable } from '@nestjs/common';
import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { Task, type TaskContext } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import { AutoRotationFilters } from './auto-rotation-filters.js';
import { AutoRotationRepository, type RotationCandidate } from './auto-rotation.repository.js';
import { SwitchRotation } from './switch-rotation.js';

/** Switches rotation on where certificates are in use, and off where a filter says that they are not (domain-rules AR). */
@Injectable()
export class AutoRotationTasks {
  constructor(
    private readonly candidates: AutoRotationRepository,
    private readonly filters: AutoRotationFilters,
    private readonly switching: SwitchRotation,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {}

  /** AR-1. */
  @Task('enable_autorotate_for_certs_attached_to_endpoint')
  enableForEndpoints(args: TaskArguments, context: TaskContext): Promise<TaskReport> {
    return this.enable('endpoint', null, args, context);
  }

  /** AR-2. */
  @Task('enable_autorotate_for_certs_attached_to_destination')
  enableForDestinations(args: TaskArguments, context: TaskContext): Promise<TaskReport> {
    return this.enable('destination', this.config.enableAutoRotateDestinationType ?? null, args, context);
  }

  /** AR-3. */
  @Task('disable_autorotate_without_endpoint')
  async disable({ dryRun = false }: TaskArguments, { signal }: TaskContext): Promise<TaskReport> {
    if (!this.filters.hasSwitchOffFilter) return { dryRun, note: 'nothing is switched off: disableAutorotationFilter is not set' };
    const isMeant = (candidate: RotationCandidate) => this.filters.maySwitchOff(candidate);
    const counts = await this.switchAll(false, { dryRun, signal, isMeant }, (page) => this.candidates.toDisable(page), (candidate) => {
      measure.count('automatically_disable_autorotate_without_endpoint', tagsOf(candidate));
    });
    return { dryRun, ...counts };
  }

  private async enable(kind: 'endpoint' | 'destination', plugin: string | null, { dryRun = false }: TaskArguments, { signal }: TaskContext): Promise<TaskReport> {
    const { enableAutoRotateAllAuthorities, enableAutoRotateAuthority } = this.config;
    const authorities = enableAutoRotateAllAuthorities ? null : enableAutoRotateAuthority;
    if (authorities?.length === 0) return { dryRun, note: 'no authority is named by enableAutoRotateAuthority, nor all by enableAutoRotateAllAuthorities' };
    const name = `automatically_enable_autorotate_with_${kind}` as const;
    const isMeant = (candidate: RotationCandidate) => {
      const isAccepted = this.filters.maySwitchOn(kind, candidate);
      if (!isAccepted) count(`${name}.filtered`, candidate);
      return isAccepted;
    };
    const counts = await this.switchAll(true, { dryRun, signal, isMeant }, (page) => this.candidates.toEnable(kind, plugin, authorities, page), (candidate) => count(name, candidate));
    return { dryRun, ...counts };
  }

  private async switchAll(
    rotation: boolean,
    { dryRun, signal, isMeant }: { dryRun: boolean; signal: AbortSignal; isMeant: (candidate: RotationCandidate) => boolean },
    read: (page: { now: Date; afterId: number; limit: number }) => Promise<RotationCandidate[]>,
    tell: (candidate: RotationCandidate) => void,
  ): Promise<{ switched: number; leftOut: number; certificates: { id: number; name: string }[] }> {
    const now = this.clock.now();
    const certificates: { id: number; name: string }[] = [];
    let switched = 0;
    let leftOut = 0;
    let page: RotationCandidate[] = [];
    do {
      page = await read({ now, afterId: page.at(-1)?.id ?? 0, limit: pageLength });
      for (const candidate of page) {
        if (signal.aborted) break;
        if (!isMeant(candidate) || !(dryRun || (await this.switching.to(rotation, candidate.id)))) {
          leftOut += 1;
          continue;
        }
        switched += 1;
        if (!dryRun) tell(candidate);
        if (certificates.length < listed) certificates.push({ id: candidate.id, name: candidate.name });
      }
    } while (page.length === pageLength && !signal.aborted);
    return { switched, leftOut, certificates };
  }
}

type Enabling = `automatically_enable_autorotate_with_${'endpoint' | 'destination'}${'' | '.filtered'}`;

function count(name: Enabling, candidate: RotationCandidate): void {
  if (name === 'automatically_enable_autorotate_with_endpoint' || name === 'automatically_enable_autorotate_with_endpoint.filtered') measure.count(name, tagsOf(candidate));
  else measure.count(name, { ...tagsOf(candidate), destination_names: candidate.destinationLabels.join(',') });
}

const tagsOf = ({ id, name, authority }: RotationCandidate) => ({ certificate: name, certificate_id: id, authority_id: authority.id, authority_name: authority.name });

const pageLength = 500;
/** In a report. */
const listed = 50;
