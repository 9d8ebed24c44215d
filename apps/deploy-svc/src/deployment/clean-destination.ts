import { Injectable } from '@nestjs/common';
import type { Deployment } from './deployment.js';
import { ClearingRepository } from './clearing.repository.js';
import { DeploymentRunner } from './deployment-runner.js';
import { PlacedCertificates } from './placed-certificates.js';

const lookMs = 150;

/** Has the removals of a destination done now. */
@Injectable()
export class CleanDestination {
  constructor(
    private readonly clearing: ClearingRepository,
    private readonly runner: DeploymentRunner,
    private readonly placed: PlacedCertificates,
  ) {}

  /** Never throws for what the destination does. A removal that was begun comes to its end, also after that time. */
  async run(destinationId: number, limitMs: number): Promise<void> {
    const endsAt = performance.now() + limitMs;
    const limit = AbortSignal.timeout(Math.ceil(limitMs));
    const working = this.runner.at(destinationId, new AbortController().signal, limit).catch(() => undefined);
    await Promise.race([working, new Promise((resolve) => limit.addEventListener('abort', resolve, { once: true }))]);
    // Somebody else may be at it.
    while (performance.now() < endsAt && (await this.clearing.isAtWork(destinationId))) await new Promise((resolve) => setTimeout(resolve, lookMs));
  }

  /**
   * What has expired, was revoked or replaced stays where it is.
   *
   * @param isForced also when nobody can say what is valid: all are taken for it then
   */
  async invalidOf(rows: readonly Pick<Deployment, 'id' | 'certificate_id' | 'is_held' | 'state'>[], isForced: boolean): Promise<number[]> {
    const held = rows.filter(({ state, is_held }) => state !== 'running' && is_held);
    const certificates = await this.placed.read(held.map((row) => row.certificate_id)).catch((error: unknown) => {
      if (isForced) return [];
      throw error;
    });
    const now = Date.now();
    const invalid = new Set(certificates.flatMap(({ id, notAfter, status, replacedBy }) => (Date.parse(notAfter) <= now || status === 'revoked' || replacedBy.length > 0 ? [id] : [])));
    return held.flatMap((row) => (invalid.has(row.certificate_id) ? [row.id] : []));
  }
}
