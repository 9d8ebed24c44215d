import { Injectable } from '@nestjs/common';
import type { createSource, InputOf, Principal, SourceRecord, updateSource } from '@sifaka/contracts';
import { ReadSources } from './read-sources.js';
import { SaveSource } from './save-source.js';

/** Changes of a source that answer with what it is then. */
@Injectable()
export class ChangeSources {
  constructor(
    private readonly saving: SaveSource,
    private readonly reader: ReadSources,
  ) {}

  async create(input: InputOf<typeof createSource>, principal: Principal): Promise<SourceRecord> {
    return this.reader.get(await this.saving.create(input, principal));
  }

  async update(input: InputOf<typeof updateSource>, principal: Principal): Promise<SourceRecord> {
    await this.saving.update(input, principal);
    return this.reader.get(input.id);
  }
}
