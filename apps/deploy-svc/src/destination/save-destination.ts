import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { createDestination, InputOf, Principal, updateDestination } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import type { StoredOption } from '@sifaka/plugin-host';
import { DeploymentRequests } from '../deployment/deployment-requests.repository.js';
import { MoveDeployments } from '../deployment/move-deployments.js';
import { DestinationPlugins } from './destination-plugins.js';
import { DestinationTrail } from './destination-trail.js';
import { DestinationRepository, type DestinationRow, type Learned } from './destination.repository.js';
import { formerOptions } from './former-options.js';
import { noSuchDestination } from './no-such-destination.js';

interface Proven {
  options: StoredOption[];
  learned: Learned | null;
}

interface Change {
  before: DestinationRow;
  /** Null: it leads where it led. */
  former: Record<string, string> | null;
}

/** Keeps a destination that was proven to work. */
@Injectable()
export class SaveDestination {
  constructor(
    private readonly database: Database,
    private readonly destinations: DestinationRepository,
    private readonly plugins: DestinationPlugins,
    private readonly trail: DestinationTrail,
    private readonly deployments: DeploymentRequests,
    private readonly moving: MoveDeployments,
  ) {}

  async create({ label, description, plugin }: InputOf<typeof createDestination>, principal: Principal): Promise<number> {
    allow(principal, 'administer', { what: 'create destinations' });
    const given = await this.plugins.merged(plugin.slug, plugin.pluginOptions, null);
    const learned = await this.plugins.proven(plugin.slug, given, null);
    const options = await this.plugins.stow(plugin.slug, given, label);
    try {
      return await this.database.transaction(async (tx) => {
        const made = { label, description, plugin: plugin.slug };
        const id = await this.destinations.insert(tx, { ...made, options, learned });
        await this.trail.record(tx, principal, 'created', { id, ...made });
        return id;
      });
    } catch (error) {
      await this.plugins.discard(options).catch(() => undefined);
      throw error;
    }
  }

  async update(input: InputOf<typeof updateDestination>, principal: Principal): Promise<void> {
    allow(principal, 'administer', { what: 'change destinations' });
    const before = await this.destinations.byId(input.id);
    if (before === undefined) throw noSuchDestination(input.id);
    const { options, learned } = await this.optionsOf(input, before);
    try {
      const former = options === before.options ? null : formerOptions(before, { plugin: input.plugin.slug, options }, (some) => this.plugins.isSame(some, before));
      const change = () => this.replace(input, { before, former }, { options, learned }, principal);
      await (former === null ? change() : this.moving.whileIdle(input.id, change));
    } catch (error) {
      await this.plugins.discard(options, before.options).catch(() => undefined);
      throw error;
    }
    await this.plugins.discard(before.options, options).catch(() => undefined);
  }

  /** What stays as it was is not tried again: a destination can be renamed while it is away. */
  private async optionsOf({ label, plugin: { slug, pluginOptions } }: InputOf<typeof updateDestination>, before: DestinationRow): Promise<Proven> {
    const given = await this.plugins.merged(slug, pluginOptions, before);
    if (slug === before.plugin && this.plugins.isSame(given, before)) return before;
    const learned = await this.plugins.proven(slug, given, slug === before.plugin ? before.learned : null);
    return { options: await this.plugins.stow(slug, given, label), learned };
  }

  private replace({ id, label, description, plugin }: InputOf<typeof updateDestination>, { before, former }: Change, proven: Proven, principal: Principal): Promise<void> {
    return this.database.transaction(async (tx) => {
      const now = { label, description, plugin: plugin.slug };
      const isChanged = await this.destinations.update(tx, id, before.version, { ...now, ...pick(proven) });
      if (!isChanged) throw new AppError('conflict', `destination ${id} was changed by somebody else meanwhile`, { reason: 'destination.changed' });
      await this.deployments.rename(tx, id, label, plugin.slug);
      const putAgain = former === null ? 0 : await this.moving.run(tx, id, former, principal);
      await this.trail.record(tx, principal, 'updated', { id, ...now }, { areOptionsChanged: proven.options !== before.options, ...(former !== null && { former, putAgain }) });
    });
  }
}

const pick = ({ options, learned }: Proven): Proven => ({ options, learned });
