import { Controller } from '@nestjs/common';
import {
  createDestinationOperation,
  deleteDestination,
  deleteDestinationOperation,
  destinationStats,
  destinationStatsOperation,
  getDestination,
  getDestinationOperation,
  listDestinations,
  listDestinationsOperation,
  testDestination,
  testDestinationOperation,
  tryDestination,
  tryDestinationOperation,
  updateDestinationOperation,
  type RequestFor,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';
import { destinationView } from './destination.view.js';
import { SaveDestination } from './save-destination.js';

/** Destinations (rest-api §9), which deploy-svc keeps. */
@Controller()
export class DestinationController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly saving: SaveDestination,
  ) {}

  @Serves(listDestinationsOperation)
  async list({ query }: RequestFor<typeof listDestinationsOperation>, call: HttpCall) {
    const { filter = null, id: ids = null } = query;
    const page = await inSlices(windowOf(query), (window) => this.rpc.call(listDestinations, { window, filter, ids }, { principal: callerOf(call) }));
    return { ...page, items: page.items.map(destinationView) };
  }

  @Serves(createDestinationOperation)
  async create({ body }: RequestFor<typeof createDestinationOperation>, call: HttpCall) {
    return destinationView(await this.saving.create(body, callerOf(call)));
  }

  @Serves(destinationStatsOperation)
  async stats(_request: RequestFor<typeof destinationStatsOperation>, call: HttpCall) {
    // Lemur counts its two arrays; clients ignore it.
    return { items: await this.rpc.call(destinationStats, {}, { principal: callerOf(call) }), total: 2 };
  }

  @Serves(tryDestinationOperation)
  tryUnsaved({ body }: RequestFor<typeof tryDestinationOperation>, call: HttpCall) {
    return this.rpc.call(tryDestination, body, { principal: callerOf(call) });
  }

  @Serves(getDestinationOperation)
  async get({ params }: RequestFor<typeof getDestinationOperation>, call: HttpCall) {
    return destinationView(await this.rpc.call(getDestination, params, { principal: callerOf(call) }));
  }

  @Serves(updateDestinationOperation)
  async update({ params, body }: RequestFor<typeof updateDestinationOperation>, call: HttpCall) {
    return destinationView(await this.saving.update(params.id, body, callerOf(call)));
  }

  /** Also for one that is not there, as Lemur answers. */
  @Serves(deleteDestinationOperation)
  async delete({ params, query }: RequestFor<typeof deleteDestinationOperation>, call: HttpCall) {
    await this.rpc.call(deleteDestination, { id: params.id, isForced: query.force ?? false }, { principal: callerOf(call) });
    return { result: true as const };
  }

  @Serves(testDestinationOperation)
  test({ params }: RequestFor<typeof testDestinationOperation>, call: HttpCall) {
    return this.rpc.call(testDestination, params, { principal: callerOf(call) });
  }
}
