import { z } from 'zod';
import { DnsTestReport, NameserverAddress } from '../rpc/dns-provider.js';
import { PluginOption } from '../rpc/plugin.js';
import { Id, Timestamp } from '../values.js';
import { bool, idParam, int, text, title } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { Acknowledged } from './view.js';

const tag = 'dns providers';
const byId = z.object({ id: idParam() });

const DnsProviderItem = z.object({
  id: Id,
  name: z.string(),
  providerType: z.string(),
  description: z.string(),
  apiEndpoint: z.string().nullable(),
  dateCreated: Timestamp,
  zoneCount: z.int(),
  zonesRefreshedAt: Timestamp.nullable(),
  lastError: z.string().nullable(),
  openRecords: z.int(),
});

/** A DNS provider; credentials are never in it. */
export const DnsProviderView = DnsProviderItem.extend({
  options: z.array(z.object({ name: z.string(), value: z.json() })),
  nameservers: z.array(z.string()),
  zones: z.array(z.string()),
  dateUpdated: Timestamp,
});
export type DnsProviderView = z.output<typeof DnsProviderView>;

/** Forms send a requirement with its whole description; only name and value count. */
const Requirement = z.object({ name: title(128), value: z.json().optional() });
const ProviderType = z.object({ name: title(64), requirements: z.array(Requirement).max(100).default([]) });

const nameservers = z.array(NameserverAddress, { error: 'must be an array of addresses' }).max(16).default([]);
const name = title(256);
const description = text(1_024).nullish();

export const DnsProviderCreateInput = z.object({ name, description, providerType: ProviderType, nameservers });
/** Without `providerType` its options stay. */
export const DnsProviderUpdateInput = z.object({ name, description, providerType: ProviderType.nullish(), nameservers });

/** A name below a zone: its challenge record is written, looked for and removed. */
const probeName = text(255).nullish();

const upstream = [502, 504] as const;

export const listDnsProvidersOperation = operation('listDnsProviders', 'GET', '/dns_providers', {
  tag,
  summary: 'DNS providers',
  access: 'authenticated',
  query: z.object({ ...listQuery, name: text(256).optional(), type: text(64).optional(), dnsProviderId: int({ min: 1 }).optional() }),
  response: listOf(DnsProviderItem),
});
export const createDnsProviderOperation = operation('createDnsProvider', 'POST', '/dns_providers', {
  tag,
  summary: 'Add a DNS provider; its credentials are tried and its zones listed first. Answers with its id alone',
  access: 'admin',
  body: DnsProviderCreateInput,
  response: Id,
  errors: [409, ...upstream],
  takesIdempotencyKey: true,
});
export const getDnsProviderOperation = operation('getDnsProvider', 'GET', '/dns_providers/{id}', {
  tag,
  summary: 'One DNS provider, with its zones',
  access: 'authenticated',
  params: byId,
  response: DnsProviderView,
  errors: [404],
});
export const updateDnsProviderOperation = operation('updateDnsProvider', 'PUT', '/dns_providers/{id}', {
  tag,
  summary: 'Replace everything but the type; a secret that is null stays what it is',
  access: 'admin',
  params: byId,
  body: DnsProviderUpdateInput,
  response: DnsProviderView,
  errors: [404, 409, ...upstream],
});
export const deleteDnsProviderOperation = operation('deleteDnsProvider', 'DELETE', '/dns_providers/{id}', {
  tag,
  summary: 'Delete a DNS provider after removing what is left of its challenge records; `force` lets go of records that cannot be removed',
  access: 'admin',
  guardsFirst: true,
  params: byId,
  query: z.object({ force: bool().optional() }),
  response: Acknowledged,
  errors: [409],
});
export const testDnsProviderOperation = operation('testDnsProvider', 'POST', '/dns_providers/{id}/test', {
  tag,
  summary: 'Try credentials and zones, and with a name: write its challenge record, see it at the authoritative servers, remove it',
  access: 'admin',
  params: byId,
  body: z.object({ name: probeName }),
  response: DnsTestReport,
  errors: [404],
});
export const tryDnsProviderOperation = operation('tryDnsProvider', 'POST', '/dns_providers/test', {
  tag,
  summary: 'The same test for a DNS provider that is not saved yet',
  access: 'admin',
  body: z.object({ providerType: ProviderType, nameservers, name: probeName }),
  response: DnsTestReport,
});
export const refreshDnsProviderOperation = operation('refreshDnsProvider', 'POST', '/dns_providers/{id}/refresh', {
  tag,
  summary: 'List the zones of a DNS provider again',
  access: 'admin',
  params: byId,
  response: DnsProviderView,
  errors: [404, ...upstream],
});
export const listDnsProviderOptionsOperation = operation('listDnsProviderOptions', 'GET', '/dns_provider_options', {
  tag,
  summary: 'Types of DNS providers, and what each needs to know',
  access: 'authenticated',
  response: listOf(z.object({ name: z.string(), title: z.string(), description: z.string(), requirements: z.array(PluginOption).optional() })),
});

export const dnsProviderOperations = [
  listDnsProvidersOperation,
  createDnsProviderOperation,
  getDnsProviderOperation,
  updateDnsProviderOperation,
  deleteDnsProviderOperation,
  testDnsProviderOperation,
  tryDnsProviderOperation,
  refreshDnsProviderOperation,
  listDnsProviderOptionsOperation,
] as const;
