import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { AskForDeployments } from '../deployment/ask-for-deployments.js';
import type { Deployment } from '../deployment/deployment.js';
import { DeploymentRepository } from '../deployment/deployment.repository.js';
import { DestinationStores } from './destination-stores.js';
import { EndpointCalls } from './endpoint-calls.js';
import { RotationRepository } from './rotation.repository.js';
import type { Outcome, Rotation, RotationTurn } from './rotation.js';

const named = 5;

/** Takes the old certificate out of the store where nothing else uses it. What speaks against it, and what fails, leaves it there. */
@Injectable()
export class RemoveStep {
  constructor(
    private readonly database: Database,
    private readonly asking: AskForDeployments,
    private readonly deployments: DeploymentRepository,
    private readonly rotations: RotationRepository,
    private readonly stores: DestinationStores,
    private readonly endpoints: EndpointCalls,
  ) {}

  async run({ row }: RotationTurn): Promise<Outcome> {
    const { old_certificate_id: old } = row;
    if (old === null) return left('nobody knows what was presented');
    const users = await this.endpoints.presenting(old);
    if (users.length > 0) return left(`still presented by ${users.slice(0, named).join(', ')}${users.length > named ? ` and ${users.length - named} more` : ''}`);
    const needed = await this.rotations.needs(old, row.id);
    if (needed !== undefined) return left(`rotation ${needed} is about to have it presented`);
    const ids = await this.fillers(row);
    const here = await this.deployments.of(old, ids);
    const wanted = here.filter((each) => each.wanted === 'deployed');
    if (wanted.length > 1) return left(`${wanted.length} destinations of that store want it there: ${wanted.map(({ destination_label: label }) => `"${label}"`).join(', ')}`);
    const [only] = wanted;
    if (only !== undefined) return this.detach(row, only);
    if (here.some(({ is_held }) => is_held)) return left('it is being taken away already, or was left there before');
    if (here.some(({ ended_by }) => ended_by === 'replaced')) return left('the new one took its place there');
    return this.fromSource(row);
  }

  /** Destinations that put certificates where this rotation did. */
  private async fillers({ store, destination_id, rotates_by }: Rotation): Promise<number[]> {
    const same = store === null || rotates_by === 'destination' ? [] : ((await this.stores.read()).get(store) ?? []);
    return [...new Set([destination_id, ...same.map(({ id }) => id)])];
  }

  private async detach({ id, new_name }: Rotation, { id: deploymentId, destination_label: label }: Deployment): Promise<Outcome> {
    await this.database.transaction((tx) => this.asking.end(tx, 'detached', { ids: [deploymentId] }, { kind: 'system', service: 'deploy' }, `rotation ${id}: "${new_name}" is presented in its place`));
    return { kind: 'done', next: 'end', detail: `destination "${label}" is taking it away` };
  }

  private async fromSource(row: Rotation): Promise<Outcome> {
    if (row.rotates_by !== 'source' || row.source_id === null) return left('the destination does not have it');
    const isRemoved = await this.endpoints.removeFromSource(row, row.source_id);
    return isRemoved ? { kind: 'done', next: 'end', detail: `source "${row.source_label ?? ''}" has taken it away` } : left(`source "${row.source_label ?? ''}" takes nothing away`);
  }
}

const left = (detail: string): Outcome => ({ kind: 'done', next: 'end', isSkipped: true, detail });
