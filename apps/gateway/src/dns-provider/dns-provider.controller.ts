import { Controller } from '@nestjs/common';
import {
  createDnsProvider,
  createDnsProviderOperation,
  deleteDnsProvider,
  deleteDnsProviderOperation,
  getDnsProvider,
  getDnsProviderOperation,
  listDnsProviderOptionsOperation,
  listDnsProviders,
  listDnsProvidersOperation,
  listDnsProviderTypes,
  refreshDnsProvider,
  refreshDnsProviderOperation,
  testDnsProvider,
  testDnsProviderOperation,
  tryDnsProvider,
  tryDnsProviderOperation,
  updateDnsProvider,
  updateDnsProviderOperation,
  type RequestFor,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';
import { dnsProviderItem, dnsProviderView } from './dns-provider.view.js';

/** DNS providers (rest-api §14), which acme-svc keeps. */
@Controller()
export class DnsProviderController {
  constructor(private readonly rpc: RpcClient) {}

  @Serves(listDnsProvidersOperation)
  async list({ query }: RequestFor<typeof listDnsProvidersOperation>, call: HttpCall) {
    const { filter = null, name = null, type = null, id, dnsProviderId } = query;
    const ids = id ?? (dnsProviderId === undefined ? null : [dnsProviderId]);
    const page = await inSlices(windowOf(query), (window) => this.rpc.call(listDnsProviders, { window, filter, ids, name, type }, { principal: callerOf(call) }));
    return { ...page, items: page.items.map(dnsProviderItem) };
  }

  @Serves(createDnsProviderOperation)
  async create({ body }: RequestFor<typeof createDnsProviderOperation>, call: HttpCall) {
    const { name, description, providerType, nameservers } = body;
    const input = { name, description: description ?? '', type: providerType.name, options: providerType.requirements, nameservers };
    const { id } = await this.rpc.call(createDnsProvider, input, { principal: callerOf(call) });
    return id;
  }

  @Serves(getDnsProviderOperation)
  async get({ params }: RequestFor<typeof getDnsProviderOperation>, call: HttpCall) {
    return dnsProviderView(await this.rpc.call(getDnsProvider, params, { principal: callerOf(call) }));
  }

  @Serves(updateDnsProviderOperation)
  async update({ params, body }: RequestFor<typeof updateDnsProviderOperation>, call: HttpCall) {
    const { name, description, providerType, nameservers } = body;
    const input = { id: params.id, name, description: description ?? '', type: providerType?.name ?? null, options: providerType?.requirements ?? null, nameservers };
    return dnsProviderView(await this.rpc.call(updateDnsProvider, input, { principal: callerOf(call) }));
  }

  /** Also for one that is not there, as Lemur answers. */
  @Serves(deleteDnsProviderOperation)
  async delete({ params, query }: RequestFor<typeof deleteDnsProviderOperation>, call: HttpCall) {
    await this.rpc.call(deleteDnsProvider, { id: params.id, isForced: query.force ?? false }, { principal: callerOf(call) });
    return { result: true as const };
  }

  @Serves(tryDnsProviderOperation)
  tryUnsaved({ body }: RequestFor<typeof tryDnsProviderOperation>, call: HttpCall) {
    const { providerType, nameservers, name } = body;
    const input = { type: providerType.name, options: providerType.requirements, nameservers, probe: probeOf(name) };
    return this.rpc.call(tryDnsProvider, input, { principal: callerOf(call) });
  }

  @Serves(testDnsProviderOperation)
  test({ params, body }: RequestFor<typeof testDnsProviderOperation>, call: HttpCall) {
    return this.rpc.call(testDnsProvider, { id: params.id, probe: probeOf(body.name) }, { principal: callerOf(call) });
  }

  @Serves(refreshDnsProviderOperation)
  async refresh({ params }: RequestFor<typeof refreshDnsProviderOperation>, call: HttpCall) {
    return dnsProviderView(await this.rpc.call(refreshDnsProvider, params, { principal: callerOf(call) }));
  }

  @Serves(listDnsProviderOptionsOperation)
  async types(_request: RequestFor<typeof listDnsProviderOptionsOperation>, call: HttpCall) {
    const { types } = await this.rpc.call(listDnsProviderTypes, {}, { principal: callerOf(call) });
    // Lemur leaves the key out where nothing is needed.
    const items = types.map(({ requirements, ...type }) => ({ ...type, ...(requirements.length > 0 && { requirements }) }));
    return { items, total: items.length };
  }
}

const probeOf = (name: string | null | undefined): string | null => (name === undefined || name === '' ? null : name);
