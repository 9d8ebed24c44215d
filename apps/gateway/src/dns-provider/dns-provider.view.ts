import type { DnsProviderRecord, DnsProviderView } from '@sifaka/contracts';

/** Lemur's keys, and what Lemur does not tell. */
export function dnsProviderItem(record: DnsProviderRecord) {
  const { id, name, type, description, createdAt, zoneCount, zonesRefreshedAt, lastError, openRecords } = record;
  return { id, name, providerType: type, description, apiEndpoint: null, dateCreated: createdAt, zoneCount, zonesRefreshedAt, lastError, openRecords };
}

export function dnsProviderView(record: DnsProviderRecord): DnsProviderView {
  const { options, nameservers, zones, updatedAt } = record;
  return { ...dnsProviderItem(record), options, nameservers, zones, dateUpdated: updatedAt };
}
