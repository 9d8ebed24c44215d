import { Inject, Injectable } from '@nestjs/common';
import type { PlacedCertificate, RotatableEndpoint } from '@sifaka/contracts';
import { toAppError } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import { DeploymentRepository } from '../deployment/deployment.repository.js';
import { candidateOf, unsuitable } from '../deployment/suitability.js';
import { DestinationPlugins } from '../destination/destination-plugins.js';
import { DestinationRepository, type DestinationRow } from '../destination/destination.repository.js';

/** More than an installation has. */
const mostDestinations = 5_000;
const parallel = 16;

/** Destinations by the certificate store that they fill. */
export type Stores = ReadonlyMap<string, readonly DestinationRow[]>;

/** Says which destinations fill which store, and which of them a rotation goes through. */
@Injectable()
export class DestinationStores {
  constructor(
    private readonly destinations: DestinationRepository,
    private readonly deployments: DeploymentRepository,
    private readonly plugins: DestinationPlugins,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Nobody is connected to: a plugin names its store by its options. */
  async read(): Promise<Stores> {
    const queue = await this.destinations.all(mostDestinations);
    const found: { row: DestinationRow; store: string }[] = [];
    const turn = async () => {
      for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
        const store = await this.storeOf(row);
        if (store !== undefined) found.push({ row, store });
      }
    };
    await Promise.all(Array.from({ length: parallel }, turn));
    found.sort((one, other) => one.row.id - other.row.id);
    const stores = new Map<string, DestinationRow[]>();
    for (const { row, store } of found) stores.set(store, [...(stores.get(store) ?? []), row]);
    return stores;
  }

  /** One of those that fill the endpoint's store: where the new certificate is wanted already, else the old one, else that of the source's label, else the first. */
  async choose(stores: Stores, { store, sourceLabel }: Pick<RotatableEndpoint, 'store' | 'sourceLabel'>, old: PlacedCertificate | undefined, made: PlacedCertificate): Promise<DestinationRow | string> {
    if (store === null) return 'its source does not say which certificate store it serves from';
    const all = stores.get(store) ?? [];
    if (all.length === 0) return `no destination fills the store that it serves from (${store})`;
    const able = all.filter((row) => this.fault(row, made) === null);
    const [first] = able;
    if (first === undefined) return this.fault(all[0], made) ?? 'no destination takes the certificate';
    if (able.length === 1) return first;
    const wantedAt = async ({ id }: PlacedCertificate) => {
      const rows = await this.deployments.of(id, able.map((row) => row.id));
      return able.find((row) => rows.some((each) => each.destination_id === row.id && each.wanted === 'deployed'));
    };
    return (await wantedAt(made)) ?? (old === undefined ? undefined : await wantedAt(old)) ?? able.find(({ label }) => label === sourceLabel) ?? first;
  }

  /** Why it does not take the certificate; null: it does. */
  fault(row: DestinationRow | undefined, made: PlacedCertificate): string | null {
    if (row === undefined) return 'its destination does not exist any more';
    return unsuitable(candidateOf(made), { ...row, requiresKey: this.plugins.requiresKey(row) });
  }

  /**
   * Why a destination that somebody named as the one of an endpoint is not given the new key. What an endpoint presents anybody can present
   * again, for a certificate is public: that the destination has the old one's key is known by its deployment alone.
   *
   * @returns null where it has the old one, or the new one already
   */
  async strange({ id, label }: DestinationRow, old: PlacedCertificate | undefined, made: PlacedCertificate): Promise<string | null> {
    const held = await this.deployments.heldAt(id, old === undefined ? [made.id] : [old.id, made.id]);
    if (held.some(({ wanted }) => wanted === 'deployed')) return null;
    const what = old === undefined ? 'nobody knows what it presents' : `certificate "${old.name}", which it presents, is not deployed to destination "${label}"`;
    return `${what}: attach the new certificate to destination "${label}" yourself, if that is meant`;
  }

  private async storeOf(row: DestinationRow): Promise<string | undefined> {
    try {
      return (await this.plugins.of(row)).store;
    } catch (error) {
      this.logger.warn({ err: toAppError(error), destinationId: row.id }, 'a destination does not say which store it fills');
      return undefined;
    }
  }
}
