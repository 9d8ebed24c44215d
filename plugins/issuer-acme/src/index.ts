import { definePlugin } from '@sifaka/plugin-sdk';
import { AcmeIssuer } from './acme-issuer.js';
import { AcmeHttpOptions, AcmeOptions } from './options.js';

/** Proves names by TXT records. */
export default definePlugin({
  kind: 'issuer',
  slug: 'acme-issuer',
  title: 'Acme',
  description: "Certificates from any ACME CA (Let's Encrypt and others), proved by DNS records (DNS-01)",
  version: '1.0.0',
  options: AcmeOptions,
  create: (options, context) => new AcmeIssuer({ ...options, challenge: 'dns-01' }, context),
});

/** Proves names by files on web servers. */
export const acmeHttpIssuer = definePlugin({
  kind: 'issuer',
  slug: 'acme-http-issuer',
  title: 'Acme HTTP-01',
  description: "Certificates from any ACME CA (Let's Encrypt and others), proved by an answer on the web server of each name (HTTP-01)",
  version: '1.0.0',
  options: AcmeHttpOptions,
  create: (options, context) => new AcmeIssuer({ ...options, challenge: 'http-01' }, context),
});

/** Chooses for each name. */
export const acmeAutoIssuer = definePlugin({
  kind: 'issuer',
  slug: 'acme-auto-issuer',
  title: 'Acme automatic',
  description: "Certificates from any ACME CA (Let's Encrypt and others): DNS-01 for names in the zones of a DNS provider and for wildcards, HTTP-01 for the rest",
  version: '1.0.0',
  options: AcmeHttpOptions,
  create: (options, context) => new AcmeIssuer({ ...options, challenge: 'auto' }, context),
});
