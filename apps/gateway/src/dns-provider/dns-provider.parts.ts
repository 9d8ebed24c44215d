import { DnsProviderNames } from './dns-provider-names.js';
import { DnsProviderController } from './dns-provider.controller.js';

export const dnsProviderControllers = [DnsProviderController];
export const dnsProviderProviders = [DnsProviderNames];
