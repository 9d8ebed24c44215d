import { platformTables } from '@sifaka/database';
import { defineService } from '@sifaka/runtime';
import { issuerConfig } from './issuer.config.js';
import { IssuerModule } from './issuer.module.js';
import { issuerMigrations } from './migrations/migrations.js';

/** Authorities, certificates, the inventory, revocation, exports. */
export const issuerService = defineService({
  name: 'issuer',
  config: issuerConfig,
  migrations: [...platformTables('issuer'), ...issuerMigrations],
  module: () => IssuerModule,
});
