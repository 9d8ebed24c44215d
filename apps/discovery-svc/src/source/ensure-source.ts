import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { ensureSource, InputOf, OutputOf, Principal } from '@sifaka/contracts';
import { isAppError } from '@sifaka/kernel';
import { SaveSource } from './save-source.js';
import { SourcePlugins } from './source-plugins.js';
import { labelTaken, SourceRepository } from './source.repository.js';

/** Makes the source that watches what a destination fills (domain-rules DE-7). It is reached for the first time by its first run. */
@Injectable()
export class EnsureSource {
  constructor(
    private readonly sources: SourceRepository,
    private readonly plugins: SourcePlugins,
    private readonly saving: SaveSource,
  ) {}

  /** Two calls at once for one place: the label of the second is taken by then, and it finds the first one's. */
  async run(input: InputOf<typeof ensureSource>, principal: Principal): Promise<OutputOf<typeof ensureSource>> {
    allow(principal, 'administer', { what: 'create sources' });
    const { label, description, slug, options, owner, ownerRoleId, isDryRun } = input;
    const given = await this.plugins.merged(slug, Object.entries(options).map(([name, value]) => ({ name, value })), null);
    const found = await this.sameAs(slug, options);
    if (found !== null) return { sourceId: isDryRun ? null : found };
    if (await this.sources.hasLabel(label)) throw labelTaken(label);
    if (isDryRun) return { sourceId: null };
    const { canRotate } = await this.plugins.proven(slug, given, false);
    try {
      const source = { label, description, active: true, owner, ownerRoleId, plugin: { slug, pluginOptions: given } };
      return { sourceId: await this.saving.keep(source, { options: given, canRotate }, principal) };
    } catch (error) {
      const again = isAppError(error) && error.code === 'already_exists' ? await this.sameAs(slug, options) : null;
      if (again === null) throw error;
      return { sourceId: again };
    }
  }

  /** Values as the plugin reads them: what a source leaves to a default is the same place. */
  private async sameAs(slug: string, options: InputOf<typeof ensureSource>['options']): Promise<number | null> {
    const read = this.plugins.values(slug, Object.entries(options).map(([name, value]) => ({ name, value })));
    const wanted = Object.fromEntries(Object.keys(options).map((name) => [name, read[name]]));
    const same = (await this.sources.ofPlugin(slug)).find((row) => this.plugins.hasValues(row, wanted));
    return same?.id ?? null;
  }
}
