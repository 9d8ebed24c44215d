import { Injectable } from '@nestjs/common';
import type { PlacedCertificate, Principal } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { DestinationPlugins } from '../destination/destination-plugins.js';
import { DestinationRepository, type DestinationRow } from '../destination/destination.repository.js';
import type { Displacing } from './deployment-requests.repository.js';
import { DeploymentRepository } from './deployment.repository.js';
import { GuardPlaces } from './guard-places.js';
import { candidateOf, refusal, refuseAll, unsuitable } from './suitability.js';

/** Whether a certificate can, and may, be put to destinations: asked before anything is stored. */
@Injectable()
export class CheckAttachments {
  constructor(
    private readonly deployments: DeploymentRepository,
    private readonly destinations: DestinationRepository,
    private readonly plugins: DestinationPlugins,
    private readonly places: GuardPlaces,
  ) {}

  /**
   * What is attached already need not be fit to be attached.
   *
   * @returns whose places it may take
   * @throws AppError `not_found`; `failed_precondition` with a field for each destination that cannot take it
   */
  async run(certificate: PlacedCertificate, destinationIds: readonly number[], principal: Principal): Promise<Displacing[]> {
    const rows = (await this.deployments.of(certificate.id, destinationIds)).filter(({ wanted }) => wanted === 'deployed');
    const wanted = new Set(rows.map((row) => row.destination_id));
    const done = new Set(rows.flatMap((row) => (row.state === 'deployed' ? [row.destination_id] : [])));
    const meant = destinationIds.filter((id) => !done.has(id));
    if (meant.length === 0) return [];
    const found = new Map((await this.destinations.meant(meant, [])).map((row) => [row.id, row]));
    const added = meant.filter((id) => !wanted.has(id));
    const missing = added.find((id) => !found.has(id));
    if (missing !== undefined) throw noSuch(missing);
    const why = added.length === 0 ? null : refusal(certificate);
    if (why !== null) throw new AppError('failed_precondition', why, { reason: 'deployment.refused' });
    return this.allowed(certificate, destinationIds, { found, wanted }, principal);
  }

  /** Of destinations that were asked for elsewhere by that one: whose places it may take. Those that it may not take say so when it is uploaded. */
  async displacing(certificate: PlacedCertificate, destinationIds: readonly number[], principal: Principal): Promise<Displacing[]> {
    const found: Displacing[] = [];
    for (const row of await this.destinations.meant(destinationIds, [])) {
      const { displaces } = await this.places.judge(certificate, row, principal);
      if (displaces.length > 0) found.push({ destinationId: row.id, certificateIds: displaces });
    }
    return found;
  }

  private async allowed(certificate: PlacedCertificate, destinationIds: readonly number[], { found, wanted }: { found: ReadonlyMap<number, DestinationRow>; wanted: ReadonlySet<number> }, principal: Principal): Promise<Displacing[]> {
    const refused: { index: number; message: string }[] = [];
    const displacing: Displacing[] = [];
    for (const [index, destinationId] of destinationIds.entries()) {
      const row = found.get(destinationId);
      if (row === undefined) continue;
      const isWanted = wanted.has(destinationId);
      const unfit = isWanted ? null : unsuitable(candidateOf(certificate), { ...row, requiresKey: this.plugins.requiresKey(row) });
      const { displaces, why } = unfit === null ? await this.places.judge(certificate, row, principal) : { displaces: [], why: unfit };
      if (why === null) displacing.push({ destinationId, certificateIds: displaces });
      else if (!isWanted) refused.push({ index, message: why });
    }
    refuseAll(refused, 'failed_precondition');
    return displacing.filter(({ certificateIds }) => certificateIds.length > 0);
  }
}

export const noSuch = (id: number): AppError => new AppError('not_found', `destination ${id} does not exist`);
