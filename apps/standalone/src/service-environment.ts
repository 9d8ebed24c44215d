import { readFileSync } from 'node:fs';
import type { ConfigDefinition, Environment, Setting } from '@sifaka/config';
import { parse } from 'yaml';

/** What a process needs of the environment whatever it does. */
const processNames = /^(PATH|HOME|LANG|LC_.*|TZ|TMPDIR|NODE_.*|OTEL_.*|(HTTP|HTTPS|NO)_PROXY|(http|https|no)_proxy|SSL_CERT_(FILE|DIR))$/;

export interface ServiceEnvironmentOptions {
  definition: ConfigDefinition;
  /** What the platform was started with, the configuration file that it names included. */
  env: Environment;
  /** Values by canonical name that hold whatever the platform was started with: a service has its own database role. */
  fixed?: Readonly<Record<string, string | undefined>>;
  /** Values by canonical name, or by `<NAME>_FILE`, of what is set nowhere. */
  defaults?: Readonly<Record<string, string | undefined>>;
}

/**
 * The environment of one service, as a container would have it: the settings that this service declares and no other, so that no service sees
 * another's secret. What stands in the common configuration file is turned into environment as well, because it holds everyone's settings.
 */
export function serviceEnvironment({ definition, env, fixed = {}, defaults = {} }: ServiceEnvironmentOptions): Record<string, string> {
  const file = readYaml(env);
  const result = pick(env, (name) => processNames.test(name));
  for (const [key, setting] of Object.entries(definition.settings)) {
    const canonical = setting.env[0] ?? key;
    Object.assign(
      result,
      canonical in fixed ? defined({ [canonical]: fixed[canonical] }) : (given(key, setting, env, file) ?? fallback(canonical, defaults)),
    );
  }
  return result;
}

/** True when environment or configuration file set what has this canonical name. */
export function isGiven(definition: ConfigDefinition, canonical: string, env: Environment): boolean {
  const file = readYaml(env);
  return Object.entries(definition.settings).some(
    ([key, setting]) => setting.env[0] === canonical && given(key, setting, env, file) !== null,
  );
}

function given(key: string, setting: Setting, env: Environment, file: ReadonlyMap<string, unknown>): Record<string, string> | null {
  const names = setting.env.flatMap((name) => [name, `${name}_FILE`]);
  const fromEnvironment = pick(env, (name) => names.includes(name));
  if (Object.keys(fromEnvironment).length > 0) return fromEnvironment;
  const value = [key, ...setting.env].map((name) => file.get(name)).find((found) => found !== undefined && found !== null);
  return value === undefined ? null : { [setting.env[0] ?? key]: typeof value === 'string' ? value : JSON.stringify(value) };
}

function fallback(canonical: string, defaults: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return defined({ [canonical]: defaults[canonical], [`${canonical}_FILE`]: defaults[`${canonical}_FILE`] });
}

const defined = (values: Readonly<Record<string, string | undefined>>) => pick(values, () => true);

/** An empty variable counts as not set, as everywhere else. */
function pick(env: Environment, accept: (name: string) => boolean): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && value.trim() !== '' && accept(name)) result[name] = value;
  return result;
}

/** What is wrong with the file is told by the check of the whole configuration. */
function readYaml(env: Environment): ReadonlyMap<string, unknown> {
  const path = env.SIFAKA_CONFIG;
  if (path === undefined || path === '') return new Map();
  try {
    const document: unknown = parse(readFileSync(path, 'utf8'), { maxAliasCount: 20 });
    return new Map(typeof document === 'object' && document !== null ? Object.entries(document) : []);
  } catch {
    return new Map();
  }
}
