import { definePlugin, TxtSetProvider } from '@sifaka/plugin-sdk';
import { Route53Options } from './options.js';
import { Route53Api } from './route53-api.js';

export default definePlugin({
  kind: 'dns',
  slug: 'route53',
  title: 'Amazon Route 53',
  description: 'TXT records for ACME challenges in public hosted zones of an AWS account',
  version: '1.0.0',
  options: Route53Options,
  create: (options, context) =>
    new TxtSetProvider({
      api: new Route53Api(options, context),
      provider: 'Route 53',
      advice: 'the account has no public hosted zone',
      context,
    }),
});
