import { definePlugin } from '@sifaka/plugin-sdk';
import { VaultIssuer } from './vault-issuer.js';
import { VaultOptions } from './options.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'vault-issuer',
  title: 'Vault PKI',
  description: 'Certificates from the PKI secrets engine of HashiCorp Vault or OpenBao',
  version: '1.0.0',
  options: VaultOptions,
  create: (options, context) => new VaultIssuer(options, context),
});
