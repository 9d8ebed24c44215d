import { limits } from '@sifaka/kernel';
import { z } from 'zod';
import { command, query } from '../contract.js';
import { Id, Ref, Timestamp } from '../values.js';
import { Window } from './list.js';
import { PluginOption } from './plugin.js';

/** A DNS programming interface with the credentials to write challenge records through it. Secret options are always null here. */
export const DnsProviderRecord = z.object({
  id: Id,
  name: z.string(),
  description: z.string(),
  /** Slug of its plugin. */
  type: z.string(),
  options: z.array(z.object({ name: z.string(), value: z.json() })),
  /** `address` or `address:port`: asked for challenge records in place of the authoritative servers that public DNS names. */
  nameservers: z.array(z.string()),
  /** The first thousand by name; `zoneCount` has the number of all. */
  zones: z.array(z.string()),
  zoneCount: z.int(),
  /** Null until they were listed for the first time. */
  zonesRefreshedAt: Timestamp.nullable(),
  /** Of the last refresh of its zones; null when that went well. */
  lastError: z.string().nullable(),
  /** Challenge records that are in DNS, or on their way in or out. */
  openRecords: z.int(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type DnsProviderRecord = z.output<typeof DnsProviderRecord>;

/** Option values as a client gives them; the plugin says what they must be. */
export const DnsProviderOptions = z
  .array(z.object({ name: z.string().min(1).max(128), value: z.json().optional() }))
  .max(100);

const nameserverForm = /^(?:[0-9.]{7,15}(?::\d{1,5})?|[0-9a-fA-F:.]{2,45}|\[[0-9a-fA-F:.]{2,45}\](?::\d{1,5})?)$/;

/** An address, or an address and a port: `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:5353`. */
export const NameserverAddress = z.string().max(64).regex(nameserverForm, { error: 'must be an IP address, or one with a port, such as 192.0.2.53:5353 or [2001:db8::53]:5353' });

const settings = {
  name: z.string().min(1).max(256),
  description: z.string().max(1_024),
  options: DnsProviderOptions,
  nameservers: z.array(NameserverAddress).max(16),
};

const type = z.string().min(1).max(64);

/** Makes sure that it works before it is kept: credentials are tried and zones listed. */
export const createDnsProvider = command('rpc.acme.dns_provider.create', {
  input: z.object({ ...settings, type }),
  output: DnsProviderRecord,
  callers: ['gateway'],
  codes: ['permission_denied', 'already_exists', 'failed_precondition', 'upstream_failed', 'upstream_timeout', 'rate_limited'],
  timeoutMs: 28_000,
});

/** A secret option whose value is null stays what it is, and so do all options when `options` is null. The type cannot be changed. */
export const updateDnsProvider = command('rpc.acme.dns_provider.update', {
  input: z.object({ id: Id, ...settings, options: DnsProviderOptions.nullable(), type: type.nullable() }),
  output: DnsProviderRecord,
  callers: ['gateway'],
  codes: ['permission_denied', 'not_found', 'already_exists', 'conflict', 'failed_precondition', 'upstream_failed', 'upstream_timeout', 'rate_limited'],
  idempotent: true,
  timeoutMs: 28_000,
});

/** Removes its leftover records first. `isForced`: lets go of those that cannot be removed, and says so in the audit log. */
export const deleteDnsProvider = command('rpc.acme.dns_provider.delete', {
  input: z.object({ id: Id, isForced: z.boolean() }),
  output: z.object({ isDeleted: z.boolean() }),
  callers: ['gateway'],
  codes: ['permission_denied', 'conflict', 'failed_precondition'],
  idempotent: true,
  timeoutMs: 28_000,
});

export const listDnsProviders = query('rpc.acme.dns_provider.list', {
  input: z.object({
    window: Window,
    filter: z.string().max(1_024).nullable(),
    ids: z.array(Id).max(1_000).nullable(),
    name: z.string().max(256).nullable(),
    type: z.string().max(64).nullable(),
  }),
  output: z.object({ items: z.array(DnsProviderRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
  codes: ['invalid_argument'],
});

export const getDnsProvider = query('rpc.acme.dns_provider.get', {
  input: z.object({ id: Id }),
  output: DnsProviderRecord,
  callers: ['gateway'],
  codes: ['not_found'],
});

/** Names and types of those that exist, for views of other objects. */
export const findDnsProviders = query('rpc.acme.dns_provider.find', {
  input: z.object({ ids: z.array(Id).min(1).max(limits.listCount) }),
  output: z.object({ providers: z.array(z.object({ id: Id, name: z.string(), type: z.string() })) }),
  callers: ['gateway'],
});

/** The provider that a request names; null when there is none. */
export const resolveDnsProvider = query('rpc.acme.dns_provider.resolve', {
  input: z.object({ ref: Ref }),
  output: z.object({ id: Id.nullable() }),
  callers: ['gateway'],
});

/** Lists its zones again, now. */
export const refreshDnsProvider = command('rpc.acme.dns_provider.refresh', {
  input: z.object({ id: Id }),
  output: DnsProviderRecord,
  callers: ['gateway'],
  codes: ['permission_denied', 'not_found', 'failed_precondition', 'upstream_failed', 'upstream_timeout', 'rate_limited'],
  idempotent: true,
  timeoutMs: 28_000,
});

export const dnsTestSteps = ['connection', 'zones', 'place', 'write', 'visible', 'remove'] as const;

export const DnsTestReport = z.object({
  isWorking: z.boolean(),
  steps: z.array(
    z.object({ name: z.enum(dnsTestSteps), state: z.enum(['passed', 'failed', 'skipped']), detail: z.string(), durationMs: z.int() }),
  ),
});
export type DnsTestReport = z.output<typeof DnsTestReport>;

const testTimeoutMs = 55_000;
/** A name whose challenge record is written, looked for at the authoritative servers and removed; null: nothing is written. */
const probe = z.string().min(1).max(255).nullable();

export const testDnsProvider = command('rpc.acme.dns_provider.test', {
  input: z.object({ id: Id, probe }),
  output: DnsTestReport,
  callers: ['gateway'],
  codes: ['permission_denied', 'not_found'],
  timeoutMs: testTimeoutMs,
});

/** The same for one that is not kept yet. */
export const tryDnsProvider = command('rpc.acme.dns_provider.try', {
  input: z.object({ type, options: DnsProviderOptions, nameservers: settings.nameservers, probe }),
  output: DnsTestReport,
  callers: ['gateway'],
  codes: ['permission_denied'],
  timeoutMs: testTimeoutMs,
});

/** What can be created: the hosted plugins, or those of them that the installation offers, in its order. */
export const listDnsProviderTypes = query('rpc.acme.dns_provider.types', {
  input: z.object({}),
  output: z.object({ types: z.array(z.object({ name: z.string(), title: z.string(), description: z.string(), requirements: z.array(PluginOption) })) }),
  callers: ['gateway'],
});

export const dnsProviderContracts = [
  createDnsProvider,
  updateDnsProvider,
  deleteDnsProvider,
  listDnsProviders,
  getDnsProvider,
  findDnsProviders,
  resolveDnsProvider,
  refreshDnsProvider,
  testDnsProvider,
  tryDnsProvider,
  listDnsProviderTypes,
] as const;
