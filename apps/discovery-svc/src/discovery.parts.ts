import type { Plugin } from '@sifaka/plugin-sdk';
import { StatusModule } from '@sifaka/runtime';
import { endpointProviders } from './endpoint/endpoint-providers.js';
import { CleanupHandlers } from './cleanup/cleanup.handlers.js';
import { cleanupProviders } from './cleanup/cleanup-providers.js';
import { EndpointHandlers } from './endpoint/endpoint.handlers.js';
import { PluginsModule } from './plugins.module.js';
import { ServedHandlers } from './served/served.handlers.js';
import { servedProviders } from './served/served-providers.js';
import { sourceProviders } from './source/source-providers.js';
import { SourceHandlers } from './source/source.handlers.js';
import { syncProviders } from './sync/sync-providers.js';

/** What the service is made of, with these plugins. */
export const discoveryParts = (plugins: readonly Plugin<'source'>[]) => ({
  imports: [PluginsModule.with(plugins), StatusModule.forService('discovery', plugins)],
  controllers: [SourceHandlers, EndpointHandlers, ServedHandlers, CleanupHandlers],
  providers: [...sourceProviders, ...syncProviders, ...endpointProviders, ...servedProviders, ...cleanupProviders],
});
