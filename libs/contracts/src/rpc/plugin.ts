import { z } from 'zod';

export const pluginKinds = [
  'issuer',
  'destination',
  'source',
  'notification',
  'export',
  'metric',
  'tls',
  'membership',
  'authorization',
  'domain-authorization',
  'dns',
  'keystore',
] as const;

/** One option as Lemur's clients know it (rest-api §13.1). */
export const PluginOption = z.object({
  name: z.string(),
  type: z.enum(['str', 'int', 'bool', 'select', 'textarea', 'export-plugin', 'destinationSelect']),
  required: z.boolean().optional(),
  default: z.json().optional(),
  validation: z.string().optional(),
  available: z.array(z.union([z.string(), z.number()])).optional(),
  helpMessage: z.string().optional(),
  sensitive: z.boolean().optional(),
  value: z.json().optional(),
});
export type PluginOption = z.output<typeof PluginOption>;

/** A plugin as the catalogue shows it. A plugin that failed to start stays listed, with the reason. */
export const PluginView = z.object({
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  pluginOptions: z.array(PluginOption),
});
export type PluginView = z.output<typeof PluginView>;

export const PluginEntry = PluginView.extend({
  kind: z.enum(pluginKinds),
  isEnabled: z.boolean(),
  disabledReason: z.string().nullable(),
  /** Exports and destinations: works only on a certificate whose private key is stored. */
  requiresKey: z.boolean().nullable(),
});
export type PluginEntry = z.output<typeof PluginEntry>;

/** Names of options that are given more than once and do not agree. What is empty counts as not given; forms send numbers as text. */
function contradicted(options: readonly { name?: string | undefined; value?: unknown }[]): Set<string> {
  const seen = new Map<string, string>();
  const found = new Set<string>();
  for (const { name, value } of options) {
    if (name === undefined || value === undefined || value === null || value === '') continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if ((seen.get(name) ?? text) !== text) found.add(name);
    seen.set(name, text);
  }
  return found;
}

/** A plugin as a client names it, with option values (rest-api §13.2). */
export const PluginInput = z.object({
  slug: z.string().min(1).max(64),
  pluginOptions: z
    .array(z.object({ name: z.string().max(128).optional(), value: z.json().optional() }).loose())
    .max(100)
    .superRefine((options, context) => {
      for (const name of contradicted(options)) context.addIssue({ code: 'custom', message: `option "${name.slice(0, 60)}" is given twice, with different values` });
      for (const [index, option] of options.entries()) {
        if (option.name === undefined && Object.keys(option).length > 0) context.addIssue({ code: 'custom', path: [index, 'name'], message: 'is required' });
      }
    })
    // Forms send an empty object for an option that nobody filled in.
    .transform((options) => options.flatMap(({ name, ...option }) => (name === undefined ? [] : [{ ...option, name }])))
    .default([]),
});
export type PluginInput = z.output<typeof PluginInput>;

export const PluginList = z.object({ plugins: z.array(PluginEntry) });
