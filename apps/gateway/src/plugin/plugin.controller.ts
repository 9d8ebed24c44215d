import { Controller } from '@nestjs/common';
import {
  getPluginOperation,
  listIssuerPlugins,
  listPluginsOperation,
  listServicePlugins,
  pluginKinds,
  type ListedPluginView,
  type PluginEntry,
  type RequestFor,
  type ResponseFor,
  type UserPrincipal,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { Serves } from '../http/serve.decorator.js';
import { whileAway } from '../listing/while-away.js';

/** The catalogue of the whole platform, gathered from the services that host plugins. */
@Controller()
export class PluginController {
  constructor(private readonly rpc: RpcClient) {}

  @Serves(listPluginsOperation)
  async list({ query }: RequestFor<typeof listPluginsOperation>, call: HttpCall): Promise<ResponseFor<typeof listPluginsOperation>> {
    const kind = query.type === undefined || query.type === '' ? undefined : pluginKinds.find((known) => known === query.type);
    if (query.type && kind === undefined) throw new AppError('not_found', `there is no plugin type "${query.type}"; these are: ${pluginKinds.join(', ')}`);
    const plugins = (await this.gather(callerOf(call))).filter((plugin) => kind === undefined || plugin.kind === kind);
    if (plugins.length === 0) throw new AppError('not_found', `there is no plugin of type "${kind ?? ''}"`);
    return { items: plugins.map(view), total: plugins.length };
  }

  @Serves(getPluginOperation)
  async get({ params }: RequestFor<typeof getPluginOperation>, call: HttpCall): Promise<ListedPluginView> {
    const plugin = (await this.gather(callerOf(call))).find(({ slug }) => slug === params.slug);
    if (plugin === undefined) throw new AppError('not_found', `plugin "${params.slug.slice(0, 64)}" does not exist`);
    return view(plugin);
  }

  /** A service that is being restarted hides its own plugins, not those of all others. */
  private async gather(principal: UserPrincipal): Promise<PluginEntry[]> {
    const hosts = [listIssuerPlugins, ...Object.values(listServicePlugins)];
    const answers = await Promise.all(hosts.map((contract) => whileAway(this.rpc.call(contract, {}, { principal }), { plugins: [] })));
    return once(answers.flatMap(({ plugins }) => plugins)).sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0));
  }
}

/** A package that is not installed is missed by every service that could host it. */
function once(plugins: readonly PluginEntry[]): PluginEntry[] {
  const known = new Map<string, PluginEntry>();
  for (const plugin of plugins) if (known.get(plugin.slug)?.isEnabled !== true) known.set(plugin.slug, plugin);
  return [...known.values()];
}

const view = ({ slug, title, description, pluginOptions, isEnabled, disabledReason }: PluginEntry): ListedPluginView => ({
  slug,
  title,
  description,
  pluginOptions,
  ...(!isEnabled && { isEnabled: false, disabledReason: disabledReason ?? 'it could not be started' }),
});
