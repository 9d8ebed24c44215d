import { readFileSync } from 'node:fs';
import { isNativeError } from 'node:util/types';
import { AppError } from '@sifaka/kernel';
import { parse } from 'yaml';
import { z } from 'zod';
import { coerce } from './coerce.js';
import type { ConfigDefinition, ConfigOf } from './definition.js';
import { knownNames } from './known-names.js';
import { nearest } from './nearest.js';
import type { Setting } from './setting.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigSources {
  /** Defaults to the environment of the process. */
  env?: Environment;
  /** YAML file; defaults to what SIFAKA_CONFIG names. */
  file?: string;
}

type Loaded<D> = D extends ConfigDefinition
  ? ConfigOf<D>
  : { readonly [K in keyof D]: D[K] extends ConfigDefinition ? ConfigOf<D[K]> : never };

/** Greatest accepted size of a configuration or secret file: the longest legitimate one is a chain of certificates. */
const fileLimitBytes = 1024 * 1024;

/**
 * Reads the configuration of one service, or of several that share the process, from environment, `<NAME>_FILE` and YAML.
 *
 * @throws AppError failed_precondition whose detail lists every fault, one a line: key, value (redacted when secret), rule.
 */
export function loadConfig<const D extends ConfigDefinition | readonly ConfigDefinition[]>(
  definitions: D,
  sources?: ConfigSources,
): Loaded<D>;
export function loadConfig(definitions: ConfigDefinition | readonly ConfigDefinition[], sources: ConfigSources = {}): unknown {
  const env = sources.env ?? process.env;
  const list = isDefinition(definitions) ? [definitions] : definitions;
  const faults = new Set<string>();
  const yaml = readYaml(sources.file ?? present(env.SIFAKA_CONFIG), faults);
  reportUnknownKeys(yaml, list, faults);

  const loaded = list.map((definition) =>
    Object.fromEntries(Object.entries(definition.settings).map(([key, setting]) => [key, readSetting(key, setting, env, yaml, faults)])),
  );
  if (faults.size > 0) {
    throw new AppError('failed_precondition', `configuration is not valid:\n${[...faults].map((fault) => `  ${fault}`).join('\n')}`, {
      reason: 'config.invalid',
    });
  }
  return isDefinition(definitions) ? loaded[0] : loaded;
}

function isDefinition(value: ConfigDefinition | readonly ConfigDefinition[]): value is ConfigDefinition {
  return 'settings' in value;
}

/** Deployment tools pass unset variables as empty strings: empty counts as not set. */
function present(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value;
}

interface Found {
  name: string;
  value: unknown;
}

function readSetting(key: string, setting: Setting, env: Environment, yaml: ReadonlyMap<string, unknown>, faults: Set<string>): unknown {
  const found = fromEnvironment(setting, env, faults) ?? fromYaml(key, setting, yaml);
  const result = setting.schema.safeParse(found?.value);
  if (result.success) return result.data;

  const name = found?.name ?? setting.env[0] ?? key;
  const given = found === undefined ? 'not set' : setting.secret ? '[redacted]' : show(found.value);
  for (const issue of result.error.issues) {
    const path = issue.path.length === 0 ? '' : ` at ${z.core.toDotPath(issue.path)}`;
    faults.add(found === undefined ? `${name}: required (${setting.describe})` : `${name}: ${given}${path}: ${issue.message}`);
  }
  return undefined;
}

function fromEnvironment(setting: Setting, env: Environment, faults: Set<string>): Found | undefined {
  for (const name of setting.env) {
    const value = present(env[name]);
    if (value !== undefined) return { name, value: coerce(setting.schema, value) };
    const path = present(env[`${name}_FILE`]);
    if (path === undefined) continue;
    const content = readText(`${name}_FILE`, path, faults);
    if (content !== undefined) return { name: `${name}_FILE`, value: coerce(setting.schema, content.trim()) };
  }
  return undefined;
}

function fromYaml(key: string, setting: Setting, yaml: ReadonlyMap<string, unknown>): Found | undefined {
  for (const name of [key, ...setting.env]) {
    const value = yaml.get(name);
    if (value === undefined || value === null) continue;
    return { name, value: typeof value === 'string' ? coerce(setting.schema, value) : value };
  }
  return undefined;
}

function readYaml(path: string | undefined, faults: Set<string>): ReadonlyMap<string, unknown> {
  if (path === undefined) return new Map();
  const text = readText('SIFAKA_CONFIG', path, faults);
  if (text === undefined) return new Map();
  try {
    const document: unknown = parse(text, { maxAliasCount: 20 });
    if (document === null || document === undefined) return new Map();
    if (typeof document !== 'object' || Array.isArray(document)) throw new Error('expected keys and values at the top level');
    return new Map(Object.entries(document));
  } catch (error) {
    faults.add(`SIFAKA_CONFIG: ${path}: not valid YAML: ${firstLine(error)}`);
    return new Map();
  }
}

function reportUnknownKeys(yaml: ReadonlyMap<string, unknown>, definitions: readonly ConfigDefinition[], faults: Set<string>): void {
  // One file may configure all services: what belongs to another one is no mistake.
  const own = definitions.flatMap((definition) => Object.entries(definition.settings).flatMap(([key, setting]) => [key, ...setting.env]));
  const known = [...own, ...knownNames];
  const names = new Set(known);
  for (const key of yaml.keys()) {
    if (names.has(key)) continue;
    const close = nearest(key, known);
    faults.add(`${key}: unknown key in the configuration file${close === undefined ? '' : `; did you mean "${close}"?`}`);
  }
}

function readText(name: string, path: string, faults: Set<string>): string | undefined {
  try {
    const content = readFileSync(path);
    if (content.length <= fileLimitBytes) return content.toString('utf8');
    faults.add(`${name}: ${path}: ${content.length} bytes, at most ${fileLimitBytes} are read`);
  } catch (error) {
    faults.add(`${name}: ${path}: cannot be read: ${firstLine(error)}`);
  }
  return undefined;
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

function firstLine(error: unknown): string {
  return (isNativeError(error) ? error.message : String(error)).split('\n')[0] ?? '';
}
