import { definePlugin } from '@sifaka/plugin-sdk';
import { CloudflareApi } from './cloudflare-api.js';
import { CloudflareProvider } from './cloudflare-provider.js';
import { CloudflareOptions } from './options.js';

export default definePlugin({
  kind: 'dns',
  slug: 'cloudflare',
  title: 'Cloudflare DNS',
  description: 'TXT records for ACME challenges in zones at Cloudflare',
  version: '1.0.0',
  options: CloudflareOptions,
  create: (options, context) => new CloudflareProvider(new CloudflareApi(options, context), context),
});
