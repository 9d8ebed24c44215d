import { Controller } from '@nestjs/common';
import {
  cleanSource,
  cleanSourceOperation,
  createSourceOperation,
  deleteSource,
  deleteSourceOperation,
  getSource,
  getSourceOperation,
  listFindings,
  listFindingsOperation,
  listSources,
  listSourcesOperation,
  listSyncRuns,
  listSyncRunsOperation,
  syncSource,
  syncSourceOperation,
  testSource,
  testSourceOperation,
  trySource,
  trySourceOperation,
  updateSourceOperation,
  type RequestFor,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';
import { SaveSource } from './save-source.js';
import { sourceView } from './source.view.js';

/** Sources (rest-api §10), which discovery-svc keeps, with their runs. */
@Controller()
export class SourceController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly saving: SaveSource,
  ) {}

  @Serves(listSourcesOperation)
  async list({ query }: RequestFor<typeof listSourcesOperation>, call: HttpCall) {
    const { filter = null, id: ids = null } = query;
    const page = await inSlices(windowOf(query), (window) => this.rpc.call(listSources, { window, filter, ids }, { principal: callerOf(call) }));
    return { ...page, items: page.items.map(sourceView) };
  }

  @Serves(createSourceOperation)
  async create({ body }: RequestFor<typeof createSourceOperation>, call: HttpCall) {
    return sourceView(await this.saving.create(body, callerOf(call)));
  }

  @Serves(trySourceOperation)
  tryUnsaved({ body }: RequestFor<typeof trySourceOperation>, call: HttpCall) {
    return this.rpc.call(trySource, body, { principal: callerOf(call) });
  }

  @Serves(getSourceOperation)
  async get({ params }: RequestFor<typeof getSourceOperation>, call: HttpCall) {
    return sourceView(await this.rpc.call(getSource, params, { principal: callerOf(call) }));
  }

  @Serves(updateSourceOperation)
  async update({ params, body }: RequestFor<typeof updateSourceOperation>, call: HttpCall) {
    return sourceView(await this.saving.update(params.id, body, callerOf(call)));
  }

  /** Also for one that is not there, as Lemur answers. */
  @Serves(deleteSourceOperation)
  async delete({ params }: RequestFor<typeof deleteSourceOperation>, call: HttpCall) {
    await this.rpc.call(deleteSource, params, { principal: callerOf(call) });
    return { result: true as const };
  }

  @Serves(syncSourceOperation)
  sync({ params }: RequestFor<typeof syncSourceOperation>, call: HttpCall) {
    return this.rpc.call(syncSource, params, { principal: callerOf(call) });
  }

  @Serves(cleanSourceOperation)
  clean({ params: { id }, body: { selection: kind, days, dryRun: isDryRun } }: RequestFor<typeof cleanSourceOperation>, call: HttpCall) {
    const selection = kind === 'expired' ? { kind } : { kind, days: days ?? daysMissing(kind) };
    return this.rpc.call(cleanSource, { id, selection, isDryRun }, { principal: callerOf(call) });
  }

  @Serves(testSourceOperation)
  test({ params }: RequestFor<typeof testSourceOperation>, call: HttpCall) {
    return this.rpc.call(testSource, params, { principal: callerOf(call) });
  }

  @Serves(listSyncRunsOperation)
  runs({ params, query }: RequestFor<typeof listSyncRunsOperation>, call: HttpCall) {
    return inSlices(windowOf(query), (window) => this.rpc.call(listSyncRuns, { sourceId: params.id, window }, { principal: callerOf(call) }));
  }

  @Serves(listFindingsOperation)
  findings({ params, query }: RequestFor<typeof listFindingsOperation>, call: HttpCall) {
    const { id: sourceId, runId } = params;
    return inSlices(windowOf(query), (window) => this.rpc.call(listFindings, { sourceId, runId, window }, { principal: callerOf(call) }));
  }
}

function daysMissing(kind: string): never {
  const message = `is required with selection "${kind}"`;
  throw new AppError('invalid_argument', `days: ${message}`, { reason: 'source.days_missing', fields: [{ path: 'days', message }] });
}
