import { Inject, Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { InputOf, Principal, SourceTestReport, testSource, trySource } from '@sifaka/contracts';
import { isAppError, type Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { optionsPath, SourcePlugins } from './source-plugins.js';
import { noSuchSource, SourceRepository } from './source.repository.js';

/** Reaches a source with its credentials, and tells how that went: a refusal is the answer, not a fault. */
@Injectable()
export class TestSource {
  constructor(
    private readonly sources: SourceRepository,
    private readonly plugins: SourcePlugins,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async stored({ id }: InputOf<typeof testSource>, principal: Principal): Promise<SourceTestReport> {
    allow(principal, 'administer', { what: 'test sources' });
    const row = await this.sources.byId(id);
    if (row === undefined) throw noSuchSource(id);
    return this.report(() => this.plugins.proven(row.plugin, row.options));
  }

  async unsaved({ plugin }: InputOf<typeof trySource>, principal: Principal): Promise<SourceTestReport> {
    allow(principal, 'administer', { what: 'test sources' });
    const given = await this.plugins.merged(plugin.slug, plugin.pluginOptions, null);
    return this.report(() => this.plugins.proven(plugin.slug, given));
  }

  private async report(prove: () => Promise<unknown>): Promise<SourceTestReport> {
    const startedAt = this.clock.now().getTime();
    const since = () => Math.max(0, this.clock.now().getTime() - startedAt);
    try {
      await prove();
      return { isWorking: true, detail: 'it was reached and accepts the options', durationMs: since() };
    } catch (error) {
      if (!isAppError(error) || error.code === 'internal') throw error;
      return { isWorking: false, detail: error.message.replace(`${optionsPath}: `, ''), durationMs: since() };
    }
  }
}
