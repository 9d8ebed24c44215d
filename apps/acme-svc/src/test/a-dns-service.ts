import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { createDnsProvider, type DnsProviderRecord, type RequestOf } from '@sifaka/contracts';
// The one place where an app knows another: what is tested here is the two of them together, and nothing of it ships.
// eslint-disable-next-line @nx/enforce-module-boundaries -- the two are tested together
import { keyvaultService } from '@sifaka/keyvault-svc';
import { withPluginSettings } from '@sifaka/plugin-host';
import type { Plugin } from '@sifaka/plugin-sdk';
import { defineService, StatusModule } from '@sifaka/runtime';
import { aPrincipal, testPlatform, type TestPlatform } from '@sifaka/testing';
import { acmeConfig } from '../acme.config.js';
import { CleanRecords } from '../dns/clean-records.js';
import { DnsChallenges } from '../dns/dns-challenges.js';
import { dnsParts } from '../dns/dns.module.js';
import { RefreshZones } from '../dns/refresh-zones.js';
import { acmeMigrations } from '../migrations/migrations.js';
import { memoryPlugin, otherPlugin } from './memory-dns.js';

export const admin = aPrincipal({ admin: true });

/** The parts of one running replica that no other service can call. */
export class Inside {
  static readonly replicas: Inside[] = [];

  constructor(
    readonly challenges: DnsChallenges,
    readonly cleaning: CleanRecords,
    readonly zones: RefreshZones,
  ) {
    Inside.replicas.push(this);
  }
}

const inside = { provide: Inside, inject: [DnsChallenges, CleanRecords, RefreshZones], useFactory: (...parts: [DnsChallenges, CleanRecords, RefreshZones]) => new Inside(...parts) };
const inMemory = [memoryPlugin, otherPlugin];

/** acme-svc as far as DNS is concerned. */
function dnsService(plugins: readonly Plugin<'dns'>[]) {
  const parts = dnsParts(plugins);
  @Module({ imports: [...parts.imports, StatusModule.forService('acme', plugins)], controllers: parts.controllers, providers: [...parts.providers, inside] })
  class DnsTestModule {}
  const config = plugins === inMemory ? withPluginSettings(acmeConfig, inMemory) : acmeConfig;
  return defineService({ name: 'acme', config, migrations: acmeMigrations, module: () => DnsTestModule });
}

export interface DnsPlatform extends TestPlatform {
  /** Of the replica that started last. */
  inside(): Inside;
}

/** With providers in memory, unless other plugins are given. */
export async function aDnsService(env: Record<string, string> = {}, plugins: readonly Plugin<'dns'>[] = inMemory): Promise<DnsPlatform> {
  const platform = await testPlatform({ services: [keyvaultService, dnsService(plugins)], env: { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64'), acme: env } });
  return Object.assign(platform, {
    inside: () => {
      const last = Inside.replicas.at(-1);
      if (last === undefined) throw new Error('no replica has started');
      return last;
    },
  });
}

type Asked = RequestOf<typeof createDnsProvider>;

let counter = 0;

export function aProvider(platform: TestPlatform, parts: Partial<Asked> = {}, principal = admin): Promise<DnsProviderRecord> {
  const name = parts.name ?? `memory-${(counter += 1)}`;
  const options = [{ name: 'account', value: 'a-1' }, { name: 'token', value: 'right' }];
  return platform.call('gateway', createDnsProvider, { name, description: '', type: 'memory', options, nameservers: [], ...parts }, { principal });
}
