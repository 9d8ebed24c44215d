import { definePlugin } from '@sifaka/plugin-sdk';
import { KeyVaultDestination } from './key-vault-destination.js';
import { KeyVaultOptions } from './options.js';

export default definePlugin({
  kind: 'destination',
  slug: 'azure-keyvault-destination',
  title: 'Azure',
  description: 'Certificates with their keys and chains in an Azure Key Vault; a new one becomes the next version of the one that it replaces',
  version: '1.0.0',
  options: KeyVaultOptions,
  create: (options, context) => new KeyVaultDestination(options, context),
});
