import { setting, type ConfigDefinition, type Setting, type Settings } from '@sifaka/config';
import type { Plugin } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { isEmpty, type StoredOption } from './stored-options.js';

/** An option that a setting of the installation fills where it is not given. */
export interface SettingOption {
  option: string;
  /** Key in the loaded configuration: `cfsslUrl`. */
  key: string;
  setting: Setting;
  /** Clients never give it. */
  isInstallationOnly: boolean;
}

/** Values of a loaded configuration, whatever else is in it. */
export type LoadedConfig = object;

const Described = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ setting: z.string().optional(), description: z.string().optional(), sensitive: z.boolean().optional(), isInstallationOnly: z.boolean().optional() })).default({}),
});

/** The options of a plugin that say `.meta({ setting: 'LEMUR_NAME' })`. */
export function settingOptions(plugin: Plugin): SettingOption[] {
  const { properties } = Described.parse(z.toJSONSchema(plugin.optionsSchema, { io: 'input', unrepresentable: 'any' }));
  return Object.entries(properties).flatMap(([option, { setting: name, description = '', sensitive = false, isInstallationOnly = false }]) => {
    const schema: unknown = plugin.optionsSchema.shape[option];
    if (name === undefined || !(schema instanceof z.ZodType)) return [];
    const env = [canonicalName(name), name];
    const describe = `${isInstallationOnly ? `Plugin \`${plugin.slug}\`` : `Option \`${option}\` of plugin \`${plugin.slug}\` where it is not given`}: ${description.replace(/\.?$/, '.')}`;
    return [{ option, key: keyOf(name), setting: setting(withoutDefault(schema).optional(), { env, describe, secret: sensitive }), isInstallationOnly }];
  });
}

/** Settings of the installation that the plugins bring along; one that several plugins name is one setting. */
export function pluginSettings(plugins: readonly Plugin[]): Settings {
  const all = plugins.flatMap(settingOptions);
  const merged = new Map<string, Setting>();
  for (const { key, setting: one } of all) {
    const before = merged.get(key);
    merged.set(key, before === undefined ? one : { ...before, secret: before.secret || one.secret, describe: `${before.describe} ${one.describe}` });
  }
  return Object.fromEntries(merged);
}

/** The configuration of a service with the settings of the plugins that it hosts. */
export function withPluginSettings<S extends Settings>(definition: ConfigDefinition<S>, plugins: readonly Plugin[]): ConfigDefinition<S> {
  const added = pluginSettings(plugins);
  for (const key of Object.keys(added)) if (key in definition.settings) throw new Error(`setting "${key}" of ${definition.service} is declared twice: by the service and by a plugin`);
  return { service: definition.service, settings: { ...definition.settings, ...added } };
}

/** Those options of a plugin for which this installation has a value. */
export function configuredOptions(plugin: Plugin, config: LoadedConfig): { option: string; env: string; value: unknown; isInstallationOnly: boolean }[] {
  return settingOptions(plugin).flatMap(({ option, key, setting: { env }, isInstallationOnly }) => {
    const value: unknown = Reflect.get(config, key);
    return isEmpty(value) ? [] : [{ option, env: env[0] ?? key, value, isInstallationOnly }];
  });
}

/** Options with the installation's values where none is given. */
export function filledOptions(options: readonly StoredOption[], configured: readonly { option: string; value: unknown }[]): { name: string; value?: unknown }[] {
  const given = new Set(options.flatMap(({ name, value }) => (isEmpty(value) ? [] : [name])));
  const added = configured.filter(({ option }) => !given.has(option));
  const replaced = new Set(added.map(({ option }) => option));
  return [...options.filter(({ name }) => !replaced.has(name)), ...added.map(({ option, value }) => ({ name: option, value }))];
}

/** `CFSSL_URL` → `SIFAKA_CFSSL_URL`, `LEMUR_X` → `SIFAKA_X`. */
const canonicalName = (name: string): string => `SIFAKA_${name.replace(/^LEMUR_/, '')}`;

const keyOf = (name: string): string =>
  name
    .replace(/^LEMUR_/, '')
    .toLowerCase()
    .replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** What is not configured must stay apart from what is. */
function withoutDefault(schema: z.ZodType): z.ZodType {
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional;
  const inner: unknown = isWrapped ? schema.unwrap() : schema;
  return inner === schema || !(inner instanceof z.ZodType) ? schema : withoutDefault(inner);
}
