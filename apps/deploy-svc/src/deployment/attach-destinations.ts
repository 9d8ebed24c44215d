import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { attachDestinations, DeploymentRecord, InputOf, PlacedCertificate, Principal, setDestinations } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { AskForDeployments } from './ask-for-deployments.js';
import { CheckAttachments, noSuch } from './check-attachments.js';
import type { Displacing } from './deployment-requests.repository.js';
import { DeploymentRepository } from './deployment.repository.js';
import { deploymentView } from './deployment.view.js';
import { PlacedCertificates } from './placed-certificates.js';

/** Puts certificates to destinations, and takes them from those that are left out, as somebody asked who may. */
@Injectable()
export class AttachDestinations {
  constructor(
    private readonly database: Database,
    private readonly deployments: DeploymentRepository,
    private readonly placed: PlacedCertificates,
    private readonly checks: CheckAttachments,
    private readonly asking: AskForDeployments,
  ) {}

  async attach({ certificateId, destinationIds }: InputOf<typeof attachDestinations>, principal: Principal): Promise<{ deployments: DeploymentRecord[] }> {
    const certificate = await this.changeable(certificateId, principal);
    const displacing = await this.checks.run(certificate, destinationIds, principal);
    await this.database.transaction((tx) => this.add(tx, certificate, { destinationIds, displacing }, principal));
    return { deployments: (await this.deployments.of(certificateId, destinationIds)).map(deploymentView) };
  }

  async set({ certificateId, destinationIds }: InputOf<typeof setDestinations>, principal: Principal): Promise<{ deployments: DeploymentRecord[] }> {
    const certificate = await this.changeable(certificateId, principal);
    const displacing = await this.checks.run(certificate, destinationIds, principal);
    await this.database.transaction(async (tx) => {
      await this.asking.end(tx, 'detached', { certificateId, keptAt: destinationIds }, principal);
      await this.add(tx, certificate, { destinationIds, displacing }, principal);
    });
    return { deployments: (await this.deployments.openOf(certificateId)).map(deploymentView) };
  }

  private async changeable(certificateId: number, principal: Principal): Promise<PlacedCertificate> {
    const certificate = await this.placed.get(certificateId);
    allow(principal, 'certificate:write', certificate);
    return certificate;
  }

  private async add(tx: Sql, certificate: PlacedCertificate, { destinationIds, displacing }: { destinationIds: readonly number[]; displacing: readonly Displacing[] }, principal: Principal): Promise<void> {
    if (destinationIds.length === 0) return;
    await this.asking.attach(tx, { certificateId: certificate.id, fingerprint: certificate.fingerprintSha256, destinationIds, displacing, isAgain: true }, principal);
    // One may have been deleted since it was checked.
    const attached = new Set((await this.deployments.of(certificate.id, destinationIds, tx)).map((row) => row.destination_id));
    const missing = destinationIds.find((id) => !attached.has(id));
    if (missing !== undefined) throw noSuch(missing);
  }
}
