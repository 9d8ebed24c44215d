import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setting } from '@sifaka/config';
import { pluginKinds, type Plugin, type PluginKind } from '@sifaka/plugin-sdk';
import { satisfies, validRange } from 'semver';
import { z } from 'zod';
import { disabled, type ListedPlugin } from './hosted-plugins.js';

const packageName = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;

/** Plugins that are not part of the product; the same list for every service that hosts plugins. */
export const thirdPartySettings = {
  pluginPackages: setting(z.array(z.string().max(214).regex(packageName, { error: 'must be the name of a package' })).max(100).default([]), {
    env: 'SIFAKA_PLUGINS',
    describe: 'Packages with plugins of others, installed beside the program. Their code runs in the services that host their kind, with the rights of these.',
  }),
} as const;

export interface ThirdPartyOptions {
  packages: readonly string[];
  /** What this service hosts; packages of other kinds are other services' business. */
  kinds: readonly [PluginKind, ...PluginKind[]];
  /** Of this product. */
  version: string;
  /** Folders that hold packages; default: every `node_modules` from here and from the working folder upwards. */
  folders?: readonly string[];
}

/** What a package says of itself: `"sifaka": { "kind": "dns" }` and `"engines": { "sifaka": "^0.1.0" }`. */
const Manifest = z.looseObject({
  name: z.string(),
  version: z.string().default(''),
  main: z.string().optional(),
  exports: z.unknown().optional(),
  engines: z.looseObject({ sifaka: z.string().optional() }).default({}),
  sifaka: z.looseObject({ kind: z.enum(pluginKinds) }).optional(),
});
type Manifest = z.output<typeof Manifest>;

/** Loads the plugins of other makers. Whatever is wrong with one is told where plugins are listed; the service starts all the same. */
export async function thirdPartyPlugins(options: ThirdPartyOptions): Promise<ListedPlugin[]> {
  const loaded = await Promise.all(options.packages.map((name) => load(name, options)));
  return loaded.filter((each) => each !== null);
}

async function load(name: string, { kinds, version, folders = installed() }: ThirdPartyOptions): Promise<ListedPlugin | null> {
  const found = await manifestOf(name, folders);
  if (typeof found === 'string') return disabled(kinds[0], name, found);
  const { manifest, folder } = found;
  const kind = manifest.sifaka?.kind;
  if (kind === undefined) return disabled(kinds[0], name, `package ${name} does not say in package.json which kind of plugin it is: "sifaka": { "kind": … }`);
  if (!kinds.includes(kind)) return null;
  const range = manifest.engines.sifaka;
  if (range === undefined || validRange(range) === null) return disabled(kind, name, `package ${name} does not say in package.json for which versions it is made: "engines": { "sifaka": … }`);
  if (!satisfies(version, range, { includePrerelease: true })) return disabled(kind, name, `package ${name} is made for Sifaka ${range}, this is ${version}`);
  return imported(name, kind, pathToFileURL(join(folder, entryOf(manifest))));
}

async function imported(name: string, kind: PluginKind, url: URL): Promise<ListedPlugin> {
  try {
    const module: unknown = await import(url.href);
    const exported: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined;
    if (!isPlugin(exported)) return disabled(kind, name, `package ${name} has no plugin as its default export: definePlugin makes one`);
    if (exported.kind !== kind) return disabled(kind, name, `package ${name} says that it is of kind ${kind}, its plugin is of kind ${exported.kind}`);
    return { kind, slug: exported.slug, plugin: exported, disabledReason: null };
  } catch (error) {
    const [line = ''] = (error instanceof Error || isErrorLike(error) ? error.message : 'unknown fault').split('\n');
    return disabled(kind, name, `package ${name} cannot be loaded: ${line.slice(0, 300)}`);
  }
}

const isErrorLike = (error: unknown): error is { message: string } => z.object({ message: z.string() }).safeParse(error).success;

const Definition = z.looseObject({
  kind: z.enum(pluginKinds),
  slug: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  title: z.string().min(1),
  description: z.string(),
  requiresKey: z.boolean(),
  optionsSchema: z.custom((value) => typeof value === 'object' && value !== null && typeof Reflect.get(value, 'safeParse') === 'function'),
  pluginOptions: z.custom((value) => typeof value === 'function'),
  create: z.custom((value) => typeof value === 'function'),
});

const isPlugin = (value: unknown): value is Plugin => Definition.safeParse(value).success;

async function manifestOf(name: string, folders: readonly string[]): Promise<{ manifest: Manifest; folder: string } | string> {
  for (const parent of folders) {
    const folder = join(parent, name);
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => null);
    if (text === null) continue;
    const manifest = Manifest.safeParse(parsed(text));
    return manifest.success ? { manifest: manifest.data, folder } : `package ${name} has a package.json that cannot be understood: ${z.prettifyError(manifest.error).split('\n')[0] ?? ''}`;
  }
  return `package ${name} is not installed`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Node's resolution as far as a plugin needs it: one entry, for `import`. */
function entryOf({ exports, main }: Manifest): string {
  let entry: unknown = exports;
  for (const condition of ['.', 'node', 'import', 'default', 'default']) {
    if (typeof entry === 'object' && entry !== null && condition in entry) entry = Reflect.get(entry, condition);
  }
  return typeof entry === 'string' ? entry : (main ?? 'index.js');
}

function installed(): string[] {
  const upwards = (folder: string): string[] => (dirname(folder) === folder ? [join(folder, 'node_modules')] : [join(folder, 'node_modules'), ...upwards(dirname(folder))]);
  return [...new Set([...upwards(dirname(fileURLToPath(import.meta.url))), ...upwards(process.cwd())])];
}
