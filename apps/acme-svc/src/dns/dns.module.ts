import { Module } from '@nestjs/common';
import { PluginHostModule } from '@sifaka/plugin-host';
import type { Plugin } from '@sifaka/plugin-sdk';
import { CONFIG } from '@sifaka/runtime';
import { acmePlugins } from '../plugins.js';
import { addressPolicy } from './address-policy.js';
import { ADDRESS_POLICY, AuthoritativeServers } from './authoritative-servers.js';
import { ChangeDnsProvider } from './change-dns-provider.js';
import { CleanRecords } from './clean-records.js';
import { CreateDnsProvider } from './create-dns-provider.js';
import { DeleteDnsProvider } from './delete-dns-provider.js';
import { DnsChallenges } from './dns-challenges.js';
import { dnsPluginHost, DnsPlugins } from './dns-plugins.js';
import { DnsProviderTrail } from './dns-provider-trail.js';
import { DnsProviderHandlers } from './dns-provider.handlers.js';
import { DnsProviderRepository } from './dns-provider.repository.js';
import { PlaceChallenge } from './place-challenge.js';
import { Propagation } from './propagation.js';
import { ReadDnsProviders } from './read-dns-providers.js';
import { RecordLocks } from './record-locks.js';
import { RefreshZones } from './refresh-zones.js';
import { Resolvers } from './resolvers.js';
import { TestDnsProvider } from './test-dns-provider.js';
import { TxtRecordRepository } from './txt-record.repository.js';
import { TxtRecords } from './txt-records.js';
import { UpdateDnsProvider } from './update-dns-provider.js';

const pluginParts = [dnsPluginHost, DnsPlugins];

const providerParts = [DnsProviderRepository, DnsProviderTrail, ReadDnsProviders, CreateDnsProvider, UpdateDnsProvider, ChangeDnsProvider, DeleteDnsProvider, TestDnsProvider];

const recordParts = [TxtRecordRepository, TxtRecords, RecordLocks, CleanRecords];

const resolutionParts = [Resolvers, AuthoritativeServers, Propagation, PlaceChallenge, RefreshZones, { provide: ADDRESS_POLICY, inject: [CONFIG], useFactory: addressPolicy }];

/** What the module is made of, with these plugins. */
export const dnsParts = (plugins: readonly Plugin<'dns'>[]) => ({
  imports: [PluginHostModule.forService({ service: 'acme', kinds: ['dns'], plugins })],
  controllers: [DnsProviderHandlers],
  providers: [...pluginParts, ...providerParts, ...recordParts, ...resolutionParts, DnsChallenges],
});

/** DNS providers, their zones, and the TXT records of challenges. */
@Module({ ...dnsParts(acmePlugins), exports: [DnsChallenges] })
export class DnsModule {}
