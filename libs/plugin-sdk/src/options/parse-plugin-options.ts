import { AppError, type FieldError } from '@sifaka/kernel';
import { z } from 'zod';
import { toPluginOptions, type OptionDescriptor } from './option-descriptor.js';
import { fromStart } from './option-schemas.js';

/** What parsing needs to know of a plugin; every plugin definition fits. */
export interface OptionsOwner {
  slug: string;
  optionsSchema: z.ZodObject;
}

export interface ParseOptionsSettings {
  /** Dotted path under which the options stand in the caller's request. */
  path?: string;
  /** Names that belong to the host, not to the plugin (`cab_compliant` of an authority): passed over, not refused. */
  hostOptions?: readonly string[];
  /** Values that only the installation gives, by name: see `installationOnly`. */
  installed?: Readonly<Record<string, unknown>>;
  /** The values of secrets are references to the key vault, which no rule of the plugin knows: whatever it asks of secrets is not asked. */
  areSecretsReferences?: boolean;
  /** Finds the plugin that an option of type `export-plugin` refers to; without it such values are not looked into. */
  exportPluginOf?: (slug: string) => OptionsOwner | undefined;
}

/** More options than any plugin has: a bound on the work that one request can ask for. */
const maxOptions = 100;

/** A plugin option may name an export plugin; an export plugin names none, so one level below is enough. */
const maxDepth = 3;

const OptionInput = z.looseObject({ name: z.string().min(1), value: z.unknown().optional() });

/**
 * Values for `plugin.create` from the array of `{ name, value }` that Lemur's clients send. Empty objects are skipped, other keys than name
 * and value ignored, an empty or absent value counts as not given; an option that is repeated must say the same. The definitions are only read.
 *
 * @throws AppError `invalid_argument` with one field `<path>.<name>` for each option that is unknown, missing or refused
 */
export function parsePluginOptions(plugin: OptionsOwner, options: unknown, settings: ParseOptionsSettings = {}): Record<string, unknown> {
  return parseAt(plugin, options, settings, 1);
}

function parseAt(plugin: OptionsOwner, options: unknown, settings: ParseOptionsSettings, depth: number): Record<string, unknown> {
  const path = settings.path ?? 'plugin.pluginOptions';
  const descriptors = new Map(toPluginOptions(plugin.optionsSchema).map((descriptor) => [descriptor.name, descriptor]));
  const faults = new Faults(plugin.slug, path);
  const given: Record<string, unknown> = {};
  const seen = new Map<string, string>();

  for (const { name, value } of readOptions(options, plugin.slug, path)) {
    const descriptor = descriptors.get(name);
    if (descriptor === undefined) {
      if (settings.hostOptions?.includes(name) !== true) faults.add(name, `unknown option, "${plugin.slug}" has ${nameAll(descriptors)}`);
      continue;
    }
    if (value === undefined || value === null || value === '') continue;
    const read = readValue(descriptor, value);
    const text = JSON.stringify(read);
    if ((seen.get(name) ?? text) !== text) faults.add(name, 'given twice, with different values');
    seen.set(name, text);
    const refusal = settings.areSecretsReferences === true && descriptor.sensitive === true ? undefined : refusalOf(descriptor, read);
    if (refusal !== undefined) faults.add(name, refusal);
    else given[name] = descriptor.type === 'export-plugin' ? nested(read, `${path}.${name}`, settings, depth) : read;
  }

  for (const { name, required, default: preset } of descriptors.values()) {
    if (required && preset === undefined && given[name] === undefined) faults.add(name, 'required, but not given');
  }
  const schema = settings.areSecretsReferences === true ? withoutSecretRules(plugin.optionsSchema) : plugin.optionsSchema;
  return checked(schema, { ...given, ...(depth === 1 && settings.installed) }, faults);
}

/** The same options, whatever their secrets are; rules over several options are gone with those of secrets. */
export function withoutSecretRules(schema: z.ZodObject): z.ZodObject {
  const secrets = toPluginOptions(schema).flatMap(({ name, sensitive }) => (sensitive === true ? [[name, z.unknown().optional()] as const] : []));
  return secrets.length === 0 ? schema : z.object({ ...schema.shape, ...Object.fromEntries(secrets) });
}

function readOptions(options: unknown, slug: string, path: string): z.output<typeof OptionInput>[] {
  if (options === undefined || options === null) return [];
  if (!Array.isArray(options)) throw refused(slug, [{ path, message: 'must be an array of objects with name and value' }]);
  if (options.length > maxOptions) throw refused(slug, [{ path, message: `has ${options.length} options, ${maxOptions} are allowed` }]);

  const read: z.output<typeof OptionInput>[] = [];
  for (const [index, option] of options.entries()) {
    if (isEmptyObject(option)) continue;
    const result = OptionInput.safeParse(option);
    if (!result.success) throw refused(slug, [{ path: `${path}.${index}`, message: 'must be an object with a name' }]);
    read.push(result.data);
  }
  return read;
}

const isEmptyObject = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** Forms send numbers and switches as text. */
function readValue(descriptor: OptionDescriptor, value: unknown): unknown {
  if (descriptor.type === 'int' && typeof value === 'string' && /^\s*-?\d{1,15}\s*$/.test(value)) return Number(value);
  if (descriptor.type === 'bool' && typeof value === 'string') {
    if (value.toLowerCase() === 'true') return true;
    if (value.toLowerCase() === 'false') return false;
  }
  // Clients know the choices as numbers or as text.
  if (descriptor.available !== undefined && (typeof value === 'number' || typeof value === 'string')) {
    return descriptor.available.find((available) => String(available) === String(value)) ?? value;
  }
  if (descriptor.type === 'destinationSelect' && typeof value === 'number') return String(value);
  return value;
}

function refusalOf(descriptor: OptionDescriptor, value: unknown): string | undefined {
  if (descriptor.available !== undefined && !descriptor.available.some((available) => available === value)) {
    return `${shown(descriptor, value)} is not one of ${descriptor.available.map((available) => JSON.stringify(available)).join(', ')}`;
  }
  if (descriptor.validation !== undefined && typeof value === 'string' && !fromStart(descriptor.validation).test(value)) {
    return `${shown(descriptor, value)} does not match ${descriptor.validation}`;
  }
  return undefined;
}

function nested(value: unknown, path: string, settings: ParseOptionsSettings, depth: number): unknown {
  const result = z.looseObject({ slug: z.string(), pluginOptions: z.unknown().optional(), plugin_options: z.unknown().optional() }).safeParse(value);
  if (!result.success) throw new AppError('invalid_argument', `option at ${path} must be an object with a slug`, { fields: [{ path, message: 'must be an object with a slug' }] });
  if (depth >= maxDepth) throw new AppError('invalid_argument', `option at ${path} is nested too deeply`, { fields: [{ path, message: `more than ${maxDepth} levels` }] });

  const { slug, pluginOptions, plugin_options: oldSpelling } = result.data;
  if (settings.exportPluginOf === undefined) return { slug, pluginOptions: pluginOptions ?? oldSpelling ?? [] };
  const plugin = settings.exportPluginOf(slug);
  if (plugin === undefined) throw new AppError('invalid_argument', `option at ${path} names the unknown export plugin "${slug}"`, { fields: [{ path: `${path}.slug`, message: 'unknown export plugin' }] });
  const values = parseAt(plugin, pluginOptions ?? oldSpelling, { ...settings, path: `${path}.pluginOptions` }, depth + 1);
  return { slug, pluginOptions: Object.entries(values).map(([name, each]) => ({ name, value: each })) };
}

/** The schema has the last word: defaults, ranges and whatever a descriptor cannot express. */
function checked(schema: z.ZodObject, given: Record<string, unknown>, faults: Faults): Record<string, unknown> {
  const result = schema.safeParse(given);
  for (const issue of result.error?.issues ?? []) faults.add(issue.path.map(String).join('.'), issue.message);
  faults.raise();
  return result.data ?? {};
}

function shown(descriptor: OptionDescriptor, value: unknown): string {
  if (descriptor.sensitive === true) return 'the value';
  if (typeof value !== 'string') return `a value of type ${typeof value}`;
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

const nameAll = (descriptors: Map<string, OptionDescriptor>): string => (descriptors.size === 0 ? 'no options' : [...descriptors.keys()].join(', '));

const refused = (slug: string, fields: FieldError[]): AppError =>
  new AppError('invalid_argument', `plugin "${slug}": ${fields.map(({ path, message }) => `${path.split('.').at(-1)}: ${message}`).join('; ')}`, { reason: 'plugin.bad_option', fields });

/** One fault per option: the first one found says most. */
class Faults {
  private readonly found = new Map<string, string>();

  constructor(
    private readonly slug: string,
    private readonly path: string,
  ) {}

  add(name: string, message: string): void {
    if (!this.found.has(name)) this.found.set(name, message);
  }

  raise(): void {
    if (this.found.size === 0) return;
    throw refused(
      this.slug,
      [...this.found].map(([name, message]) => ({ path: name === '' ? this.path : `${this.path}.${name}`, message })),
    );
  }
}
