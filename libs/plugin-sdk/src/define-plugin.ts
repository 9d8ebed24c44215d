import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import type { PluginContext } from './context.js';
import type { Destination, DestinationContext } from './kinds/destination.js';
import type { Exporter } from './kinds/exporter.js';
import type { Issuer, IssuerContext } from './kinds/issuer.js';
import type { DnsProvider, Keystore, MetricSink, Notifier } from './kinds/outbound.js';
import type { Source } from './kinds/source.js';
import { toPluginOptions, type OptionDescriptor } from './options/option-descriptor.js';
import { withoutSecretRules } from './options/parse-plugin-options.js';

export const pluginKinds = ['issuer', 'source', 'destination', 'notification', 'export', 'dns', 'metric', 'keystore'] as const;

export type PluginKind = (typeof pluginKinds)[number];

/** What `create` of each kind returns. */
export interface PluginInstances {
  issuer: Issuer;
  source: Source;
  destination: Destination;
  notification: Notifier;
  export: Exporter;
  dns: DnsProvider;
  metric: MetricSink;
  keystore: Keystore;
}

export type ContextOf<Kind extends PluginKind> = Kind extends 'issuer' ? IssuerContext : Kind extends 'destination' ? DestinationContext : PluginContext;

/** The source that watches the place which a destination fills. */
export interface SourceTwin {
  slug: string;
  /** Never a secret: the source is made with these values alone. Two twins with the same ones are the same place. */
  options: Record<string, string | number | boolean>;
}

/** How a plugin is written down; see `definePlugin`. */
export interface PluginSource<Kind extends PluginKind, Schema extends z.ZodObject> {
  kind: Kind;
  /** Stable name in the API and in stored rows: lower-case letters, digits, hyphens. */
  slug: string;
  title: string;
  description: string;
  version: string;
  author?: string;
  authorUrl?: string;
  /** False for exports and destinations that work without the private key, which they then never receive. Default true. */
  requiresKey?: boolean;
  /** Destinations alone, where it depends on the options: takes the place of `requiresKey` for whatever is set up with these. */
  needsKey?(options: z.output<Schema>): boolean;
  /** Destinations alone, that need no key: certificates which have one come with it. Default false. */
  takesKey?: boolean;
  /** `z.object({})` for none. What it puts out must be acceptable as input and come out the same. */
  options: Schema;
  /** Destinations alone: a source is made beside each destination for which this names one. */
  sourceTwin?(options: z.output<Schema>): SourceTwin | null;
  /**
   * Why it cannot work in this installation, in words that name the setting to change: it is then listed as disabled, and what is set up with
   * it does not work until the setting is there. Null: it can.
   *
   * @param installed what the installation's configuration fills in, by name of the option
   */
  disabledReason?(installed: Readonly<Record<string, unknown>>): string | null;
  /** Without side effects: no connection, timer or file before the first use. */
  create(options: z.output<Schema>, context: ContextOf<Kind>): PluginInstances[Kind];
}

/** A plugin as its host sees it, whatever its options are. */
export interface Plugin<Kind extends PluginKind = PluginKind> {
  readonly kind: Kind;
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly version: string;
  readonly author: string;
  readonly authorUrl: string;
  readonly requiresKey: boolean;
  /** Where none is needed: whether those certificates that have one come with it. Absent: no. */
  readonly takesKey?: boolean;
  readonly optionsSchema: z.ZodObject;
  /** Descriptors of the options, new objects at each call. */
  pluginOptions(): OptionDescriptor[];
  /** Whether what is set up with these options receives private keys. Absent: `requiresKey` says it for all. */
  needsKey?(options: unknown): boolean;
  /** Absent: it can always work. */
  disabledReason?(installed: Readonly<Record<string, unknown>>): string | null;
  /** @throws AppError `invalid_argument` for values that the schema refuses */
  sourceTwin(options: unknown): SourceTwin | null;
  /**
   * @param options values as `parsePluginOptions` returns them
   * @throws AppError `invalid_argument` for values that the schema refuses
   */
  create(options: unknown, context: ContextOf<Kind>): PluginInstances[Kind];
}

/** Declares a plugin: the default export of its package. */
export function definePlugin<Kind extends PluginKind, Schema extends z.ZodObject>(source: PluginSource<Kind, Schema>): Plugin<Kind> {
  return Object.freeze({
    kind: source.kind,
    slug: source.slug,
    title: source.title,
    description: source.description,
    version: source.version,
    author: source.author ?? 'Sifaka',
    authorUrl: source.authorUrl ?? '',
    requiresKey: source.requiresKey ?? true,
    takesKey: source.takesKey ?? false,
    optionsSchema: source.options,
    pluginOptions: () => toPluginOptions(source.options),
    needsKey: (options: unknown) => source.needsKey?.(asked(source.slug, source.options, options)) ?? source.requiresKey ?? true,
    disabledReason: (installed: Readonly<Record<string, unknown>>) => source.disabledReason?.(installed) ?? null,
    sourceTwin: (options: unknown) => source.sourceTwin?.(asked(source.slug, source.options, options)) ?? null,
    create: (options: unknown, context: ContextOf<Kind>) => source.create(valid(source.slug, source.options, options), context),
  });
}

/** For questions about options that are stored: their secrets are elsewhere, whatever stands in their place, and no question is about them. */
function asked<Schema extends z.ZodObject>(slug: string, schema: Schema, options: unknown): z.output<Schema> {
  return z.custom<z.output<Schema>>().parse(valid(slug, withoutSecretRules(schema), options));
}

function valid<Schema extends z.ZodObject>(slug: string, schema: Schema, options: unknown): z.output<Schema> {
  const result = schema.safeParse(options ?? {});
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => ({ path: `plugin.pluginOptions.${issue.path.join('.')}`, message: issue.message }));
  throw new AppError('invalid_argument', `plugin "${slug}": ${fields.map(({ path, message }) => `${path}: ${message}`).join('; ')}`, { reason: 'plugin.bad_option', fields });
}
