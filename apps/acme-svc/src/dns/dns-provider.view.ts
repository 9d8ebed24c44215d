import type { DnsProviderRecord } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import { redactedOptions } from '@sifaka/plugin-host';
import type { DnsProviderDetails } from './dns-provider.repository.js';

export function dnsProviderView(row: DnsProviderDetails, secretNames: ReadonlySet<string>): DnsProviderRecord {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    type: row.type,
    options: redactedOptions(row.options, secretNames).map(({ name, value = null }) => ({ name, value })),
    nameservers: row.nameservers,
    zones: row.zones,
    zoneCount: row.zone_count,
    zonesRefreshedAt: row.zones_refreshed_at === null ? null : timestamp(row.zones_refreshed_at),
    lastError: row.last_error,
    openRecords: row.open_records,
    createdAt: timestamp(row.created_at),
    updatedAt: timestamp(row.updated_at),
  };
}
