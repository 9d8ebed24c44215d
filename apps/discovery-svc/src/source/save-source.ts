import { Inject, Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { createSource, InputOf, Principal, updateSource } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import type { StoredOption } from '@sifaka/plugin-host';
import { CONFIG } from '@sifaka/runtime';
import type { DiscoveryConfig } from '../discovery.config.js';
import { SyncRuns } from '../sync/sync-runs.repository.js';
import { checkSchedule } from './schedule.js';
import { SourcePlugins } from './source-plugins.js';
import type { NewSource, SourceRow } from './source-row.js';
import { SourceTrail } from './source-trail.js';
import { labelTaken, noSuchSource, SourceRepository } from './source.repository.js';

interface Proven {
  options: StoredOption[];
  canRotate: boolean;
}

/** Keeps a source that was proven to work. */
@Injectable()
export class SaveSource {
  constructor(
    private readonly database: Database,
    private readonly sources: SourceRepository,
    private readonly plugins: SourcePlugins,
    private readonly trail: SourceTrail,
    private readonly runs: SyncRuns,
    @Inject(CONFIG) private readonly config: Pick<DiscoveryConfig, 'sourceSyncSchedule'>,
  ) {}

  async create(input: InputOf<typeof createSource>, principal: Principal): Promise<number> {
    allow(principal, 'administer', { what: 'create sources' });
    const { label, plugin } = input;
    checkSchedule(input.schedule ?? null);
    const given = await this.plugins.merged(plugin.slug, plugin.pluginOptions, null);
    // Said again below by the constraint: here it saves the other side a visit.
    if (await this.sources.hasLabel(label)) throw labelTaken(label);
    const { canRotate } = await this.plugins.proven(plugin.slug, given);
    return this.keep(input, { options: given, canRotate }, principal);
  }

  /** Keeps it without a trial. @param proven options as given, secrets among them */
  async keep(input: InputOf<typeof createSource>, proven: Proven, principal: Principal): Promise<number> {
    const options = await this.plugins.stow(input.plugin.slug, proven.options, input.label);
    const schedule = input.schedule === undefined ? this.config.sourceSyncSchedule : input.schedule;
    const row = rowOf(input, { ...proven, options }, schedule);
    try {
      return await this.database.transaction(async (tx) => {
        const id = await this.sources.insert(tx, row);
        await this.trail.record(tx, principal, 'created', { id, ...row });
        if (row.active) await this.runs.request(tx, id, 'request');
        return id;
      });
    } catch (error) {
      await this.plugins.discard(options).catch(() => undefined);
      throw error;
    }
  }

  async update(input: InputOf<typeof updateSource>, principal: Principal): Promise<void> {
    allow(principal, 'administer', { what: 'change sources' });
    checkSchedule(input.schedule ?? null);
    const before = await this.sources.byId(input.id);
    if (before === undefined) throw noSuchSource(input.id);
    const proven = await this.optionsOf(input, before);
    try {
      await this.replace(input, before, proven, principal);
    } catch (error) {
      await this.plugins.discard(proven.options, before.options).catch(() => undefined);
      throw error;
    }
    await this.plugins.discard(before.options, proven.options).catch(() => undefined);
  }

  /** What stays as it was is not tried again: a source can be renamed while it is away. */
  private async optionsOf({ label, plugin: { slug, pluginOptions } }: InputOf<typeof updateSource>, before: SourceRow): Promise<Proven> {
    const given = await this.plugins.merged(slug, pluginOptions, before);
    if (slug === before.plugin && this.plugins.isSame(given, before)) return { options: before.options, canRotate: before.can_rotate };
    const { canRotate } = await this.plugins.proven(slug, given);
    return { options: await this.plugins.stow(slug, given, label), canRotate };
  }

  private replace(input: InputOf<typeof updateSource>, before: SourceRow, proven: Proven, principal: Principal): Promise<void> {
    return this.database.transaction(async (tx) => {
      const now = rowOf(input, proven, input.schedule === undefined ? before.schedule : input.schedule);
      const isChanged = await this.sources.update(tx, input.id, before.version, now);
      if (!isChanged) throw new AppError('conflict', `source ${input.id} was changed by somebody else meanwhile`, { reason: 'source.changed' });
      if (now.label !== before.label) await this.sources.tellAgain(tx, input.id);
      await this.trail.record(tx, principal, 'updated', { id: input.id, ...now }, { areOptionsChanged: proven.options !== before.options, active: now.active, schedule: now.schedule });
    });
  }
}

const rowOf = ({ label, description, active, owner, ownerRoleId, plugin }: InputOf<typeof createSource>, { options, canRotate }: Proven, schedule: string | null): NewSource => ({
  label,
  description,
  active,
  schedule,
  owner,
  owner_role_id: ownerRoleId,
  plugin: plugin.slug,
  options,
  can_rotate: canRotate,
});
