import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { attachDestinations, DeploymentRecord, InputOf, PlacedCertificate, Principal, setDestinations } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { DestinationPlugins } from '../destination/destination-plugins.js';
import { DestinationRepository } from '../destination/destination.repository.js';
import { AskForDeployments } from './ask-for-deployments.js';
import { DeploymentRepository } from './deployment.repository.js';
import { deploymentView } from './deployment.view.js';
import { PlacedCertificates } from './placed-certificates.js';
import { candidateOf, refusal, refuseAll, unsuitable } from './suitability.js';

/** Puts certificates to destinations, and takes them from those that are left out, as somebody asked who may. */
@Injectable()
export class AttachDestinations {
  constructor(
    private readonly database: Database,
    private readonly deployments: DeploymentRepository,
    private readonly destinations: DestinationRepository,
    private readonly plugins: DestinationPlugins,
    private readonly placed: PlacedCertificates,
    private readonly asking: AskForDeployments,
  ) {}

  async attach({ certificateId, destinationIds }: InputOf<typeof attachDestinations>, principal: Principal): Promise<{ deployments: DeploymentRecord[] }> {
    const certificate = await this.changeable(certificateId, principal);
    await this.check(certificate, destinationIds);
    await this.database.transaction((tx) => this.add(tx, certificate, destinationIds, principal));
    return { deployments: (await this.deployments.of(certificateId, destinationIds)).map(deploymentView) };
  }

  async set({ certificateId, destinationIds }: InputOf<typeof setDestinations>, principal: Principal): Promise<{ deployments: DeploymentRecord[] }> {
    const certificate = await this.changeable(certificateId, principal);
    await this.check(certificate, destinationIds);
    await this.database.transaction(async (tx) => {
      await this.asking.end(tx, 'detached', { certificateId, keptAt: destinationIds }, principal);
      await this.add(tx, certificate, destinationIds, principal);
    });
    return { deployments: (await this.deployments.openOf(certificateId)).map(deploymentView) };
  }

  private async changeable(certificateId: number, principal: Principal): Promise<PlacedCertificate> {
    const certificate = await this.placed.get(certificateId);
    allow(principal, 'certificate:write', certificate);
    return certificate;
  }

  /** What is attached already need not be fit to be attached. */
  private async check(certificate: PlacedCertificate, destinationIds: readonly number[]): Promise<void> {
    const wanted = new Set((await this.deployments.of(certificate.id, destinationIds)).flatMap((row) => (row.wanted === 'deployed' ? [row.destination_id] : [])));
    const added = destinationIds.filter((id) => !wanted.has(id));
    if (added.length === 0) return;
    const found = new Map((await this.destinations.meant(added, [])).map((row) => [row.id, row]));
    const missing = added.find((id) => !found.has(id));
    if (missing !== undefined) throw noSuch(missing);
    const why = refusal(certificate);
    if (why !== null) throw new AppError('failed_precondition', why, { reason: 'deployment.refused' });
    const refused = destinationIds.flatMap((id, index) => {
      const row = wanted.has(id) ? undefined : found.get(id);
      const message = row === undefined ? null : unsuitable(candidateOf(certificate), { ...row, requiresKey: this.plugins.requiresKey(row) });
      return message === null ? [] : [{ index, message }];
    });
    refuseAll(refused, 'failed_precondition');
  }

  private async add(tx: Sql, certificate: PlacedCertificate, destinationIds: readonly number[], principal: Principal): Promise<void> {
    if (destinationIds.length === 0) return;
    await this.asking.attach(tx, { certificateId: certificate.id, fingerprint: certificate.fingerprintSha256, destinationIds, isAgain: true }, principal);
    // One may have been deleted since it was checked.
    const attached = new Set((await this.deployments.of(certificate.id, destinationIds, tx)).map((row) => row.destination_id));
    const missing = destinationIds.find((id) => !attached.has(id));
    if (missing !== undefined) throw noSuch(missing);
  }
}

const noSuch = (id: number): AppError => new AppError('not_found', `destination ${id} does not exist`);
