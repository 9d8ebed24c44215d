import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { DeploymentRepository } from './deployment.repository.js';
import { DeploymentRequests } from './deployment-requests.repository.js';
import { DeploymentRunner } from './deployment-runner.js';
import { DeploymentTrail } from './deployment-trail.js';
import { PlacedCertificates } from './placed-certificates.js';

const lookMs = 150;

/** Has the removals of a destination done now. */
@Injectable()
export class CleanDestination {
  constructor(
    private readonly database: Database,
    private readonly deployments: DeploymentRepository,
    private readonly requests: DeploymentRequests,
    private readonly trail: DeploymentTrail,
    private readonly runner: DeploymentRunner,
    private readonly placed: PlacedCertificates,
  ) {}

  /** Never throws for what the destination does. */
  async run(destinationId: number, limitMs: number): Promise<void> {
    const endsAt = performance.now() + limitMs;
    // Who is valid is not known then, and all are taken for it.
    await this.letGoOfInvalid(destinationId).catch(() => undefined);
    const limit = AbortSignal.timeout(limitMs);
    const working = this.runner.at(destinationId, new AbortController().signal, limit).catch(() => undefined);
    await Promise.race([working, new Promise((resolve) => limit.addEventListener('abort', resolve, { once: true }))]);
    // Somebody else may be at it.
    while (performance.now() < endsAt && (await this.isAtWork(destinationId))) await new Promise((resolve) => setTimeout(resolve, lookMs));
  }

  private async isAtWork(destinationId: number): Promise<boolean> {
    return (await this.deployments.openAt(destinationId)).some(({ state }) => state === 'pending' || state === 'running');
  }

  /** What has expired, was revoked or replaced stays where it is. */
  private async letGoOfInvalid(destinationId: number): Promise<void> {
    const open = (await this.deployments.openAt(destinationId)).filter(({ state, is_held }) => state !== 'running' && is_held);
    const certificates = await this.placed.read(open.map((row) => row.certificate_id));
    const now = Date.now();
    const invalid = new Set(certificates.flatMap(({ id, notAfter, status, replacedBy }) => (Date.parse(notAfter) <= now || status === 'revoked' || replacedBy.length > 0 ? [id] : [])));
    const ids = open.flatMap((row) => (invalid.has(row.certificate_id) ? [row.id] : []));
    if (ids.length === 0) return;
    await this.database.transaction(async (tx) => this.trail.removed(tx, await this.requests.leave(tx, ids, 'left at the destination, which is deleted: the certificate is not valid any more')));
  }
}
