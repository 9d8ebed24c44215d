import type { Plugin } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { AcmeConfig } from '../acme.config.js';
import type { StoredOption } from './stored-options.js';

/**
 * Settings of the installation that fill options which a provider does not give (`.meta({ setting })`), by the name that Lemur has for
 * them: what is configured for Lemur goes on to work.
 */
export function pluginSettingsOf(config: AcmeConfig): ReadonlyMap<string, string> {
  const settings = {
    ACME_CLOUDFLARE_EMAIL: config.cloudflareEmail,
    ACME_CLOUDFLARE_KEY: config.cloudflareKey,
    ACME_DYN_CUSTOMER_NAME: config.dynCustomerName,
    ACME_DYN_USERNAME: config.dynUsername,
    ACME_DYN_PASSWORD: config.dynPassword,
    ACME_ULTRADNS_DOMAIN: config.ultradnsDomain,
    ACME_ULTRADNS_USERNAME: config.ultradnsUsername,
    ACME_ULTRADNS_PASSWORD: config.ultradnsPassword,
    ACME_POWERDNS_DOMAIN: config.powerdnsDomain,
    ACME_POWERDNS_APIKEYNAME: config.powerdnsApiKeyName,
    ACME_POWERDNS_APIKEY: config.powerdnsApiKey,
    ACME_POWERDNS_SERVERID: config.powerdnsServerId,
    ACME_NSONE_KEY: config.nsoneKey,
  };
  return new Map(Object.entries(settings).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const])));
}

const Described = z.looseObject({ properties: z.record(z.string(), z.looseObject({ setting: z.string().optional() })).default({}) });

/** Which setting fills which option of a plugin. */
export function settingsOfOptions(plugin: Plugin): ReadonlyMap<string, string> {
  const { properties } = Described.parse(z.toJSONSchema(plugin.optionsSchema, { io: 'input', unrepresentable: 'any' }));
  return new Map(Object.entries(properties).flatMap(([option, { setting }]) => (setting === undefined ? [] : [[option, setting] as const])));
}

export function filledBySettings(plugin: Plugin, options: readonly StoredOption[], settings: ReadonlyMap<string, string>): StoredOption[] {
  const given = new Set(options.flatMap(({ name, value }) => (value === null || value === '' ? [] : [name])));
  const filled = [...settingsOfOptions(plugin)].flatMap(([name, setting]) => {
    const value = settings.get(setting);
    return value === undefined || given.has(name) ? [] : [{ name, value }];
  });
  return [...options.filter(({ name }) => given.has(name)), ...filled];
}
