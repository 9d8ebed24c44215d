import { definePlugin } from '@sifaka/plugin-sdk';
import { VaultSourceOptions } from './options.js';
import { VaultSource } from './vault-source.js';

export default definePlugin({
  kind: 'source',
  slug: 'vault-source',
  title: 'Vault',
  description: 'Certificates in a secret of a KV engine of HashiCorp Vault or OpenBao',
  version: '1.0.0',
  options: VaultSourceOptions,
  create: (options, context) => new VaultSource(options, context),
});
