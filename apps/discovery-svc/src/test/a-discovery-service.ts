import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { createSource, getSource, listFindings, syncSource, type FindingRecord, type RequestOf, type SourceRecord, type SyncRunRecord } from '@sifaka/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the three are tested together
import { issuerService } from '@sifaka/issuer-svc';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the three are tested together
import { keyvaultService } from '@sifaka/keyvault-svc';
import type { Clock } from '@sifaka/kernel';
import { defineService } from '@sifaka/runtime';
import { aPrincipal, testPlatform, waitUntil, type EventCollector, type TestPlatform } from '@sifaka/testing';
import type { z } from 'zod';
import { discoveryConfig } from '../discovery.config.js';
import { discoveryParts } from '../discovery.parts.js';
import { discoveryMigrations } from '../migrations/migrations.js';
import { memoryPlugin, plainPlugin } from './memory-source.js';

export const admin = aPrincipal({ admin: true });
export const window = { offset: 0, limit: 50, sortBy: null, sortDir: null };

@Module(discoveryParts([memoryPlugin, plainPlugin]))
class DiscoveryTestModule {}

export const testService = defineService({ name: 'discovery', config: discoveryConfig, migrations: discoveryMigrations, module: () => DiscoveryTestModule });

export interface DiscoveryPlatform {
  platform: TestPlatform;
  events: EventCollector;
  stop(): Promise<void>;
}

/** discovery-svc with sources in memory, the key vault and the inventory. */
export async function aDiscoveryService(env: Record<string, string> = {}, clock?: Clock): Promise<DiscoveryPlatform> {
  const platform = await testPlatform({
    services: [keyvaultService, issuerService, testService],
    ...(clock && { clock }),
    env: { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64'), discovery: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', ...env } },
  });
  const events = await platform.events('sifaka.v1.>');
  return {
    platform,
    events,
    stop: async () => {
      events.stop();
      await platform.stop();
    },
  };
}

let counter = 0;

type Asked = RequestOf<typeof createSource>;

export const named = (values: Record<string, z.output<z.ZodJSONSchema>>) => Object.entries(values).map(([name, value]) => ({ name, value }));

/** Not active: it is looked at when the test says so. */
export function aSource({ platform }: DiscoveryPlatform, parts: Partial<Omit<Asked, 'plugin'>> & { slug?: string; options?: Asked['plugin']['pluginOptions'] } = {}, principal = admin): Promise<SourceRecord> {
  const { slug = 'memory-source', options = named({ host: `host-${counter}` }), ...rest } = parts;
  const label = `source-${(counter += 1)}`;
  return platform.call(
    'gateway',
    createSource,
    { label, description: 'of a test', active: false, owner: 'platform@corp.test', ownerRoleId: 30, plugin: { slug, pluginOptions: options }, ...rest },
    { principal },
  );
}

/** Looks at a source and waits for the end of the run. */
export async function sync({ platform }: DiscoveryPlatform, id: number, timeoutMs = 30_000): Promise<SyncRunRecord> {
  const asked = await platform.call('gateway', syncSource, { id }, { principal: admin });
  return ended({ platform }, id, asked.id, timeoutMs);
}

export function ended({ platform }: Pick<DiscoveryPlatform, 'platform'>, id: number, runId: number, timeoutMs = 30_000): Promise<SyncRunRecord> {
  return waitUntil(
    async () => {
      const { lastSync } = await platform.call('gateway', getSource, { id });
      return lastSync?.id === runId && lastSync.finishedAt !== null ? lastSync : undefined;
    },
    { timeoutMs, what: `the end of run ${runId}` },
  );
}

export async function findings({ platform }: DiscoveryPlatform, run: SyncRunRecord): Promise<FindingRecord[]> {
  return (await platform.call('gateway', listFindings, { sourceId: run.sourceId, runId: run.id, window })).items;
}

/** Every row of what is known of sources, endpoints and the inventory, by its place and version: the same text says that nothing was written. */
export async function rowVersions({ platform }: DiscoveryPlatform): Promise<string> {
  const own = ['source', 'sighting', 'certificate_identity', 'endpoint', 'endpoint_certificate', 'endpoint_alias', 'cipher', 'cipher_policy', 'cipher_policy_cipher'];
  const rows = async (service: 'discovery' | 'issuer', table: string) =>
    (await platform.database(service).query<{ text: string }>(`select coalesce(string_agg(ctid::text || ' ' || xmin::text, ',' order by ctid), '') as text from ${table}`))[0]?.text;
  const texts = await Promise.all([...own.map((table) => rows('discovery', table)), rows('issuer', 'certificate')]);
  return JSON.stringify(texts);
}
