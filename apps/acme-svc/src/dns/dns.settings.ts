import { setting } from '@sifaka/config';
import { z } from 'zod';
import { parseServer } from './server-address.js';

const ServerAddress = z.string().max(64).check((context) => {
  if (parseServer(context.value) !== null) return;
  context.issues.push({ code: 'custom', message: 'must be an IP address, or one with a port, such as 192.0.2.53:5353 or [2001:db8::53]:5353', input: context.value });
});

const ProviderTypes = z.union([z.array(z.string().max(64)).max(100), z.object({ items: z.array(z.looseObject({ name: z.string().max(64) })).max(100) })]);

export const dnsSettings = {
  dnsResolvers: setting(z.array(ServerAddress).max(16).default([]), {
    env: 'SIFAKA_DNS_RESOLVERS',
    describe: 'Resolvers that are asked for CNAME records of challenges and for the name servers of zones, `192.0.2.53` or `192.0.2.53:5353`. Empty: those of the system.',
  }),
  enableDelegatedCname: setting(z.boolean().default(true), {
    env: ['SIFAKA_ACME_ENABLE_DELEGATED_CNAME', 'ACME_ENABLE_DELEGATED_CNAME'],
    describe: 'Challenge records are written where CNAME records at `_acme-challenge` lead to.',
  }),
  dnsProviderTypes: setting(ProviderTypes.optional(), {
    env: ['SIFAKA_ACME_DNS_PROVIDER_TYPES', 'ACME_DNS_PROVIDER_TYPES'],
    describe: 'Types of DNS providers that may be added, in the order of the form: names, or a map as in Lemur, of which the names count. Default: all.',
  }),
};
