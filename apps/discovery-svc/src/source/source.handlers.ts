import { Controller } from '@nestjs/common';
import {
  createSource,
  deleteSource,
  ensureSource,
  findSightings,
  getSource,
  listFindings,
  listSources,
  listSyncRuns,
  syncSource,
  testSource,
  trySource,
  updateSource,
  type InputOf,
} from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { ChangeSources } from './change-sources.js';
import { DeleteSource } from './delete-source.js';
import { EnsureSource } from './ensure-source.js';
import { ReadSources } from './read-sources.js';
import { RequestSync } from './request-sync.js';
import { TestSource } from './test-source.js';

@Controller()
export class SourceHandlers {
  constructor(
    private readonly reader: ReadSources,
    private readonly changes: ChangeSources,
    private readonly ensuring: EnsureSource,
    private readonly deletion: DeleteSource,
    private readonly test: TestSource,
    private readonly sync: RequestSync,
  ) {}

  @Handles(listSources)
  list(input: InputOf<typeof listSources>) {
    return this.reader.list(input);
  }

  @Handles(getSource)
  get({ id }: InputOf<typeof getSource>) {
    return this.reader.get(id);
  }

  @Handles(findSightings)
  find(input: InputOf<typeof findSightings>) {
    return this.reader.find(input);
  }

  @Handles(listSyncRuns)
  listRuns(input: InputOf<typeof listSyncRuns>) {
    return this.reader.listRuns(input);
  }

  @Handles(listFindings)
  listFindings(input: InputOf<typeof listFindings>) {
    return this.reader.listFindings(input);
  }

  @Handles(createSource)
  create(input: InputOf<typeof createSource>, call: CallContext) {
    return this.changes.create(input, call.principal);
  }

  @Handles(updateSource)
  update(input: InputOf<typeof updateSource>, call: CallContext) {
    return this.changes.update(input, call.principal);
  }

  @Handles(ensureSource)
  ensure(input: InputOf<typeof ensureSource>, call: CallContext) {
    return this.ensuring.run(input, call.principal);
  }

  @Handles(deleteSource)
  delete(input: InputOf<typeof deleteSource>, call: CallContext) {
    return this.deletion.run(input, call.principal);
  }

  @Handles(testSource)
  testStored(input: InputOf<typeof testSource>, call: CallContext) {
    return this.test.stored(input, call.principal);
  }

  @Handles(trySource)
  testUnsaved(input: InputOf<typeof trySource>, call: CallContext) {
    return this.test.unsaved(input, call.principal);
  }

  @Handles(syncSource)
  syncNow(input: InputOf<typeof syncSource>, call: CallContext) {
    return this.sync.now(input, call.principal);
  }
}
