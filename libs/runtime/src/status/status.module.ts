import { Controller, Inject, Module, Optional, type DynamicModule, type Type } from '@nestjs/common';
import { listServicePlugins, runServiceJob, serviceStatus, type InputOf, type PluginEntry } from '@sifaka/contracts';
import { Handles, Jobs } from '@sifaka/messaging';
import { PLUGIN_CATALOGUE } from '../tokens.js';
import { pluginEntry, type HostedPlugin } from './hosted-plugin.js';
import { productVersion } from './product-version.js';
import { statusView } from './status.view.js';

type StatusService = keyof typeof serviceStatus;
type PluginService = keyof typeof listServicePlugins;

/**
 * What every service answers about itself: status, jobs, and the plugins it hosts.
 *
 * `imports: [StatusModule.forService('deploy', deployPlugins)]`; keyvault and issuer-svc, whose catalogues go other ways, give none.
 */
@Module({})
export class StatusModule {
  static forService(service: PluginService, plugins: readonly HostedPlugin[]): DynamicModule;
  static forService(service: Exclude<StatusService, PluginService>): DynamicModule;
  static forService(service: StatusService, plugins?: readonly HostedPlugin[]): DynamicModule {
    const catalogue = isPluginService(service) && plugins !== undefined ? [pluginHandlers(service, plugins)] : [];
    return { module: StatusModule, controllers: [statusHandlers(service), ...catalogue] };
  }
}

function isPluginService(service: StatusService): service is PluginService {
  return service in listServicePlugins;
}

function statusHandlers(service: StatusService): Type {
  const status = serviceStatus[service];
  const runJob = runServiceJob[service];
  const startedAt = new Date();

  @Controller()
  class StatusHandlers {
    constructor(private readonly jobs: Jobs) {}

    @Handles(status)
    async status() {
      return { service, version: productVersion, startedAt: startedAt.toISOString(), jobs: (await this.jobs.status()).map(statusView) };
    }

    @Handles(runJob)
    async run({ name, arguments: args }: InputOf<typeof runJob>) {
      await this.jobs.runNow(name, args);
      return { name };
    }
  }
  return StatusHandlers;
}

/** Knows which plugins work, and what the installation fills in. */
interface PluginCatalogue {
  entries(): PluginEntry[];
}

function pluginHandlers(service: PluginService, plugins: readonly HostedPlugin[]): Type {
  const list = listServicePlugins[service];

  @Controller()
  class PluginHandlers {
    constructor(@Optional() @Inject(PLUGIN_CATALOGUE) private readonly catalogue: PluginCatalogue | undefined) {}

    @Handles(list)
    list() {
      return { plugins: this.catalogue?.entries() ?? plugins.map((plugin) => pluginEntry(plugin)) };
    }
  }
  return PluginHandlers;
}
