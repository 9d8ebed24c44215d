import { Injectable } from '@nestjs/common';
import type { findAttachments, getDeployment, InputOf, listDeployments, OutputOf } from '@sifaka/contracts';
import { AppError, timestamp } from '@sifaka/kernel';
import { DestinationRepository } from '../destination/destination.repository.js';
import { ReadDestinations } from '../destination/read-destinations.js';
import { DeploymentRepository } from './deployment.repository.js';
import { deploymentView } from './deployment.view.js';

@Injectable()
export class ReadDeployments {
  constructor(
    private readonly deployments: DeploymentRepository,
    private readonly destinations: DestinationRepository,
    private readonly places: ReadDestinations,
  ) {}

  async list(input: InputOf<typeof listDeployments>): Promise<OutputOf<typeof listDeployments>> {
    const { rows, total, nextCursor } = await this.deployments.list(input);
    return { items: rows.map(deploymentView), total, nextCursor };
  }

  async get(id: number): Promise<OutputOf<typeof getDeployment>> {
    const row = await this.deployments.byId(id);
    if (row === undefined) throw noSuchDeployment(id);
    const steps = await this.deployments.steps(id);
    return { ...deploymentView(row), history: steps.map(({ at, what, detail }) => ({ at: timestamp(at), what, detail })) };
  }

  async find({ certificateIds }: InputOf<typeof findAttachments>): Promise<OutputOf<typeof findAttachments>> {
    const rows = await this.deployments.wanted(certificateIds);
    const destinations = await this.destinations.meant([...new Set(rows.map((row) => row.destination_id))], []);
    return {
      destinations: destinations.map((row) => this.places.view(row)),
      attachments: rows.map((row) => ({ certificateId: row.certificate_id, destinationId: row.destination_id, state: row.state })),
    };
  }
}

export const noSuchDeployment = (id: number): AppError => new AppError('not_found', `deployment ${id} does not exist`);
