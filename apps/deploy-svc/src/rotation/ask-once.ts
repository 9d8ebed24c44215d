import { Injectable } from '@nestjs/common';
import type { PlacedCertificate } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { AskForDeployments } from '../deployment/ask-for-deployments.js';
import type { Deployment } from '../deployment/deployment.js';
import { DeploymentRepository } from '../deployment/deployment.repository.js';
import { DestinationRepository } from '../destination/destination.repository.js';
import type { RotationTurn } from './rotation.js';
import { RotationTurns } from './rotation-turns.repository.js';

/** Asks for a deployment within the transaction that notes which one it is: a crash neither loses nor doubles it. */
@Injectable()
export class AskOnce {
  constructor(
    private readonly database: Database,
    private readonly deployments: DeploymentRepository,
    private readonly destinations: DestinationRepository,
    private readonly asking: AskForDeployments,
    private readonly turns: RotationTurns,
  ) {}

  run(turn: RotationTurn, { id: certificateId, fingerprintSha256: fingerprint }: PlacedCertificate): Promise<Deployment | undefined> {
    const { destination_id: destinationId, destination_label: label, phase, rotates_by } = turn.row;
    // Whoever asked for the rotation may change both.
    const displacing = [{ destinationId, certificateIds: [turn.row.old_certificate_id, turn.row.new_certificate_id].filter((id) => id !== null) }];
    return this.database.transaction(async (tx) => {
      if ((await this.destinations.keep(tx, destinationId)) === undefined) throw new AppError('failed_precondition', `destination "${label}" does not exist any more`, { reason: 'rotation.destination_gone' });
      const [made] = await this.asking.attach(tx, { certificateId, fingerprint, destinationIds: [destinationId], displacing, isAgain: true }, null);
      const [known] = made === undefined ? await this.deployments.of(certificateId, [destinationId], tx) : [made];
      // What has failed begins again; what is there is looked at where it is served from there, and put right.
      const isAgain = made === undefined && known !== undefined && (known.state === 'failed' || (known.state === 'deployed' && (rotates_by === 'destination' || phase === 'undo')));
      const deployment = isAgain ? await this.asking.retry(tx, known.id, { kind: 'system', service: 'deploy' }) : known;
      // Whatever else serves from the store keeps what it has until it is pointed at the new one itself.
      if (deployment !== undefined && rotates_by === 'source' && phase === 'deploy') await this.asking.beside(tx, deployment.id);
      turn.row = await this.turns.write(tx, turn.row, turn.holder, { deployment_id: deployment?.id ?? null });
      return deployment;
    });
  }
}
