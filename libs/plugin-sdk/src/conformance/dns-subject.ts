import { createHash, randomBytes } from 'node:crypto';
import type { Outbound } from '../context.js';
import type { Plugin } from '../define-plugin.js';
import type { DnsProvider, DnsRecord } from '../kinds/outbound.js';
import { parsePluginOptions } from '../options/parse-plugin-options.js';
import { loopbackOutbound } from './loopback-outbound.js';
import type { HttpRefusal } from './misbehaving-server.js';
import type { GivenOption } from './plugin-checks.js';
import { testContext, type TestContext, type TestContextSettings } from './test-context.js';

export interface DnsProviderSubject {
  plugin: Plugin<'dns'>;
  /** Options with which the plugin works, as a client sends them. */
  options: readonly GivenOption[];
  /** A zone at the far side that may be changed. */
  zone: string;
  /** A zone below `zone` at the same far side, if it can have one. */
  childZone?: string;
  /** All that `zones()` must list; make it more than fit on one page of the API. */
  zones: readonly string[];
  /** Values of the TXT records of a name at the far side, without quotes, their strings joined. Empty when there are none. */
  read(name: string): readonly string[] | Promise<readonly string[]>;
  /** Options that the far side refuses, in place of those of the same name. */
  wrongCredentials: readonly GivenOption[];
  /** Options that lead the plugin to another address, in place of those of the same name. */
  at(address: { host: string; port: number }): readonly GivenOption[];
  /** Faults of HTTP are tried on HTTP. */
  speaks: 'http' | 'tcp';
  /** How the API says "too many requests", and what it then says about when to come back. */
  rateLimit?: HttpRefusal & { retryAfterMs?: number };
  /** Default: connections on loopback and a clock that stands still. */
  context?(settings: TestContextSettings): TestContext;
  /** What the far side cannot do at all; say so in the plugin's README. */
  limits?: {
    /** Values that one name holds; adding one more drops the oldest. */
    valuesPerName?: number;
    /** It has no way to remove a value. */
    keepsValues?: true;
    /** `zones()` comes from the options, without a question to the far side. */
    asksNoZones?: true;
    /** It takes nothing but digests as ACME makes them. */
    digestsOnly?: true;
  };
}

/** A digest as it stands in a DNS-01 challenge (RFC 8555 section 8.4). */
export const aDigest = (): string => createHash('sha256').update(randomBytes(16)).digest('base64url');

/** An instance and its context; `changes` replace options of the same name. */
export function make(subject: DnsProviderSubject, changes: readonly GivenOption[] = [], outbound: Outbound = loopbackOutbound()): { provider: DnsProvider; context: TestContext } {
  const context = (subject.context ?? testContext)({ outbound });
  const names = new Set(changes.map(({ name }) => name));
  const options = [...subject.options.filter(({ name }) => !names.has(name)), ...changes];
  return { provider: subject.plugin.create(parsePluginOptions(subject.plugin, options), context), context };
}

/** Values of the options that the plugin marks as secret. */
export function secretsOf({ plugin }: DnsProviderSubject, options: readonly GivenOption[]): string[] {
  const names = new Set(plugin.pluginOptions().filter(({ sensitive }) => sensitive === true).map(({ name }) => name));
  return options.filter(({ name }) => names.has(name)).map(({ value }) => String(value));
}

export const aRecord = (subject: DnsProviderSubject, label: string): DnsRecord => ({ name: `_acme-challenge.${label}.${subject.zone}`, value: aDigest(), ttlSeconds: 60 });
