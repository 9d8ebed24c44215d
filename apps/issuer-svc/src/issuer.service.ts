import { platformTables } from '@sifaka/database';
import { withPluginSettings } from '@sifaka/plugin-host';
import type { Plugin } from '@sifaka/plugin-sdk';
import { defineService } from '@sifaka/runtime';
import { issuerConfig } from './issuer.config.js';
import { IssuerModule } from './issuer.module.js';
import { issuerMigrations } from './migrations/migrations.js';
import { exportPlugins, issuerPlugins } from './plugins/hosted-plugins.js';

/** Authorities, certificates, the inventory, revocation, exports. */
export const issuerService = issuerServiceWith(issuerPlugins);

/** The service with the issuer plugins that it hosts. */
export function issuerServiceWith(issuers: readonly Plugin<'issuer'>[]) {
  return defineService({
    name: 'issuer',
    config: withPluginSettings(issuerConfig, [...issuers, ...exportPlugins]),
    migrations: [...platformTables('issuer'), ...issuerMigrations],
    // Questions to authorities elsewhere wait for them: sweeps and reconciliation must not wait behind those.
    jobConcurrency: 12,
    module: () => IssuerModule.with(issuers),
  });
}
