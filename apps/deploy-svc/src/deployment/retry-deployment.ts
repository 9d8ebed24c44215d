import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { DeploymentRecord, InputOf, PlacedCertificate, Principal, retryDeployment } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { DestinationRepository } from '../destination/destination.repository.js';
import { AskForDeployments } from './ask-for-deployments.js';
import type { Deployment } from './deployment.js';
import { DeploymentRepository } from './deployment.repository.js';
import { deploymentView } from './deployment.view.js';
import { PlacedCertificates } from './placed-certificates.js';
import { GuardPlaces } from './guard-places.js';
import { noSuchDeployment } from './read-deployments.js';
import { refusal } from './suitability.js';

/** Deploys now, whatever the state; one that is to be removed is removed now. */
@Injectable()
export class RetryDeployment {
  constructor(
    private readonly database: Database,
    private readonly deployments: DeploymentRepository,
    private readonly destinations: DestinationRepository,
    private readonly placed: PlacedCertificates,
    private readonly asking: AskForDeployments,
    private readonly places: GuardPlaces,
  ) {}

  async run({ id }: InputOf<typeof retryDeployment>, principal: Principal): Promise<DeploymentRecord> {
    const before = await this.deployments.byId(id);
    if (before === undefined) throw noSuchDeployment(id);
    const certificate = await this.placed.get(before.certificate_id);
    allow(principal, 'certificate:write', certificate);
    const why = before.wanted === 'deployed' ? refusal(certificate) : endedFor(before.state, before.destination_label);
    if (why !== null) throw new AppError('failed_precondition', why, { reason: 'deployment.refused' });
    const displacing = before.wanted === 'deployed' ? await this.displacing(before, certificate, principal) : [];
    const row = await this.database.transaction(async (tx) => {
      if ((await this.destinations.keep(tx, before.destination_id)) === undefined) throw gone(before.destination_label);
      return this.asking.retry(tx, id, principal, displacing);
    });
    if (row === undefined) throw noSuchDeployment(id);
    return deploymentView(row);
  }

  private async displacing(before: Deployment, certificate: PlacedCertificate, principal: Principal): Promise<number[]> {
    const destination = await this.destinations.byId(before.destination_id);
    if (destination === undefined) throw gone(before.destination_label);
    const { displaces, why } = await this.places.judge(certificate, destination, principal);
    const known = new Set(before.displaces);
    if (why !== null && known.size === 0) throw new AppError('failed_precondition', why, { reason: 'deployment.place_taken' });
    return displaces.filter((id) => !known.has(id));
  }
}

const endedFor = (state: string, label: string): string | null => (state === 'removed' ? `the certificate was taken from destination "${label}": attach it again to have it deployed` : null);

const gone = (label: string): AppError => new AppError('failed_precondition', `destination "${label}" does not exist any more`, { reason: 'deployment.destination_gone' });
