import { Inject, Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { DestinationTestReport, InputOf, Principal, testDestination, tryDestination } from '@sifaka/contracts';
import { isAppError, type Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { DestinationPlugins } from './destination-plugins.js';
import { DestinationRepository } from './destination.repository.js';
import { optionsPath } from './option-paths.js';
import { noSuchDestination } from './no-such-destination.js';

/** Reaches a destination, writes to it and cleans up, and tells how that went: a refusal is the answer, not a fault. */
@Injectable()
export class TestDestination {
  constructor(
    private readonly destinations: DestinationRepository,
    private readonly plugins: DestinationPlugins,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async stored({ id }: InputOf<typeof testDestination>, principal: Principal): Promise<DestinationTestReport> {
    allow(principal, 'administer', { what: 'test destinations' });
    const row = await this.destinations.byId(id);
    if (row === undefined) throw noSuchDestination(id);
    return this.report(() => this.plugins.proven(row.plugin, row.options, row.learned));
  }

  async unsaved({ plugin }: InputOf<typeof tryDestination>, principal: Principal): Promise<DestinationTestReport> {
    allow(principal, 'administer', { what: 'test destinations' });
    const given = await this.plugins.merged(plugin.slug, plugin.pluginOptions, null);
    return this.report(() => this.plugins.proven(plugin.slug, given, null));
  }

  private async report(prove: () => Promise<unknown>): Promise<DestinationTestReport> {
    const startedAt = this.clock.now().getTime();
    const since = () => Math.max(0, this.clock.now().getTime() - startedAt);
    try {
      await prove();
      return { isWorking: true, detail: 'it was reached, written to and cleaned again', durationMs: since() };
    } catch (error) {
      if (!isAppError(error) || error.code === 'internal') throw error;
      return { isWorking: false, detail: error.message.replace(`${optionsPath}: `, ''), durationMs: since() };
    }
  }
}
