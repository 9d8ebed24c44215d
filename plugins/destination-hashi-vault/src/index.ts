import { definePlugin } from '@sifaka/plugin-sdk';
import { HashiVaultDestination } from './hashi-vault-destination.js';
import { HashiVaultOptions } from './options.js';

export default definePlugin({
  kind: 'destination',
  slug: 'hashi-vault-destination',
  title: 'Vault',
  description: 'Certificates with their keys in a KV engine of HashiCorp Vault or OpenBao',
  version: '1.0.0',
  options: HashiVaultOptions,
  create: (options, context) => new HashiVaultDestination(options, context),
});
