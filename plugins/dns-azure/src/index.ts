import { definePlugin, TxtSetProvider } from '@sifaka/plugin-sdk';
import { AzureApi } from './azure-api.js';
import { AzureOptions } from './options.js';

export default definePlugin({
  kind: 'dns',
  slug: 'azure',
  title: 'Azure DNS',
  description: 'TXT records for ACME challenges in public zones of Azure DNS',
  version: '1.0.0',
  options: AzureOptions,
  create: (options, context) =>
    new TxtSetProvider({
      api: new AzureApi(options, context),
      provider: 'Azure DNS',
      advice: 'give the service principal the role DNS Zone Contributor on the zones of your names, and check subscription_id and resource_group',
      context,
      // Its ETags keep writers apart.
      settleMs: 0,
    }),
});
