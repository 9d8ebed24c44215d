import type { z } from 'zod';
import { platformSettings } from './platform-settings.js';
import type { Setting, Settings } from './setting.js';

/** All settings of one service, the shared ones of the platform included. */
export interface ConfigDefinition<S extends Settings = Settings> {
  readonly service: string;
  readonly settings: S;
}

export type SettingValues<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer Z> ? z.output<Z> : never };

/** The loaded configuration that belongs to a definition: `type IssuerConfig = ConfigOf<typeof issuerConfig>`. */
export type ConfigOf<D extends ConfigDefinition> = SettingValues<D['settings']>;

/** What every service has, whatever else it declares. */
export type PlatformConfig = SettingValues<typeof platformSettings>;

/** Declares the configuration of a service: its own settings beside {@link platformSettings}. */
export function defineConfig<S extends Settings>(service: string, settings: S): ConfigDefinition<typeof platformSettings & S> {
  for (const key of Object.keys(settings)) {
    if (key in platformSettings) throw new Error(`setting "${key}" of ${service} is declared by the platform already`);
  }
  return { service, settings: { ...platformSettings, ...settings } };
}
