import { Injectable } from '@nestjs/common';
import { askEndpoint, findEndpoints, type OutputOf } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { DeploymentRepository } from '../deployment/deployment.repository.js';
import { DestinationPlugins } from '../destination/destination-plugins.js';
import { DestinationRepository, type DestinationRow } from '../destination/destination.repository.js';
import { DestinationStores, type Stores } from '../rotation/destination-stores.js';
import { CleanupRepository } from './cleanup.repository.js';
import type { PlannedCleanup } from './plan-cleanup.js';

type Endpoint = OutputOf<typeof findEndpoints>['endpoints'][number];

/** Endpoints of one certificate that are asked what they present: those beyond are taken at their record's word. */
const askedEndpoints = 20;
const named = 5;

/** Says what stands in the way of taking an old certificate from its destination now. */
@Injectable()
export class JudgeCleanup {
  constructor(
    private readonly rpc: RpcClient,
    private readonly repository: CleanupRepository,
    private readonly deployments: DeploymentRepository,
    private readonly destinations: DestinationRepository,
    private readonly plugins: DestinationPlugins,
    private readonly stores: DestinationStores,
  ) {}

  /** @returns in words; null: nothing does */
  async obstacle({ deployment, old, heir }: PlannedCleanup): Promise<string | null> {
    const destination = await this.destinations.byId(deployment.destination_id);
    if (destination?.deleting_since !== null) return 'its destination is being deleted';
    const rotation = await this.repository.rotating(old.id);
    if (rotation !== undefined) return `rotation ${rotation} is under way`;
    if ((await this.plugins.of(destination)).remove === undefined) return `plugin "${destination.plugin}" cannot remove certificates`;
    const { endpoints } = await this.rpc.call(findEndpoints, { certificateIds: [old.id, heir.id] });
    const presenting = endpoints.filter(({ certificateId }) => certificateId === old.id);
    if (presenting.length > 0) return `still presented by ${listed(presenting.map(({ name }) => name))}`;
    const other = await this.wantedElsewhere(old.id, heir.id, destination);
    if (other !== null) return other;
    return this.unpresented(endpoints.filter(({ certificateId, active }) => certificateId === heir.id && active));
  }

  /** Another destination that fills the same store has it as well, and has not its successor. */
  private async wantedElsewhere(oldId: number, heirId: number, { id }: DestinationRow): Promise<string | null> {
    const held = await this.deployments.openOf(oldId);
    if (held.every((each) => each.destination_id === id || each.wanted === 'removed')) return null;
    const stores: Stores = await this.stores.read();
    const same = [...stores].find(([, rows]) => rows.some((row) => row.id === id))?.[1] ?? [];
    const ids = same.flatMap((row) => (row.id === id ? [] : [row.id]));
    if (ids.length === 0) return null;
    const heirs = await this.repository.deployed([heirId], ids);
    const waiting = held.filter((each) => ids.includes(each.destination_id) && each.wanted === 'deployed' && heirs.every((one) => one.destination_id !== each.destination_id));
    return waiting.length === 0 ? null : `${listed(waiting.map((each) => `destination "${each.destination_label}"`))} of the same store ${waiting.length === 1 ? 'wants' : 'want'} it there`;
  }

  /** One that cannot be asked is on record as presenting it. */
  private async unpresented(endpoints: readonly Endpoint[]): Promise<string | null> {
    for (const { id, name, certificateId } of endpoints.slice(0, askedEndpoints)) {
      const { isServed, detail } = await this.rpc.call(askEndpoint, { id, certificateId });
      if (isServed === false) return `"${name}" does not present the new one: ${detail}`;
    }
    return null;
  }
}

const listed = (names: readonly string[]): string => `${names.slice(0, named).join(', ')}${names.length > named ? ` and ${names.length - named} more` : ''}`;
