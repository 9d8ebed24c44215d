import type { PluginOption } from '@sifaka/contracts';

/** Where the options of a plugin stand in most requests. */
export const pluginOptionsPath = 'plugin.pluginOptions';

/** An export plugin as another plugin's option, with its own options. */
export interface ExportChoice {
  slug: string;
  values: OptionValues;
}

export type OptionValue = string | number | boolean | ExportChoice;
// eslint-disable-next-line @typescript-eslint/consistent-indexed-object-style -- a record alias may not refer to what it is part of
export interface OptionValues {
  readonly [name: string]: OptionValue;
}

/** What an option holds before anybody touches it. */
export function defaultOf(option: PluginOption): OptionValue {
  const preset = valueOf(option.value) ?? valueOf(option.default);
  if (preset !== null) return preset;
  if (option.type === 'bool') return false;
  return option.type === 'select' && option.required === true ? (option.available?.[0] ?? '') : '';
}

interface Known {
  /** What an object that exists holds: its secrets, which nobody knows here, stay what they are unless others are typed. */
  kept?: OptionValues | null;
  /** Plugins that an option of type `export-plugin` may name. */
  exports?: readonly { slug: string; pluginOptions: readonly PluginOption[] }[];
}

// A type and no interface: only a type fits where any JSON is taken.
type SentOption = {
  name: string;
  value: string | number | boolean | null | { slug: string; pluginOptions: SentOption[] };
};

/** The options as the API takes them; what was left empty, or as it was, is left out, so that the plugin's own default or the installation's counts. */
export function pluginInput(slug: string, options: readonly PluginOption[], values: OptionValues, known: Known = {}): { slug: string; pluginOptions: SentOption[] } {
  const pluginOptions = options.flatMap((option): SentOption[] => {
    const { name, type, required, sensitive } = option;
    const value = values[name] ?? defaultOf(option);
    if (isExport(value)) return [{ name, value: exportInput(value, known, name) }];
    if (value === '') return sensitive === true && known.kept !== undefined && known.kept !== null ? [{ name, value: null }] : [];
    const isUntouched = type === 'bool' && required !== true && !(name in values) && valueOf(option.value) === null && valueOf(option.default) === null;
    return isUntouched ? [] : [{ name, value }];
  });
  return { slug, pluginOptions };
}

function exportInput({ slug, values }: ExportChoice, { kept, exports = [] }: Known, name: string) {
  const options = exports.find((each) => each.slug === slug)?.pluginOptions ?? [];
  return pluginInput(slug, options, values, { kept: keptBelow(kept ?? null, name, slug), exports });
}

/** What is kept of an export plugin's options: those of another plugin are not this one's. */
export function keptBelow(kept: OptionValues | null, name: string, slug: string): OptionValues | null {
  const before = kept?.[name];
  return before !== undefined && isExport(before) && before.slug === slug ? before.values : null;
}

/** The values of an object that exists; secrets are none of them. */
export const valuesOf = (options: readonly { name: string; value?: PluginOption['value'] }[]): OptionValues =>
  Object.fromEntries(
    options.flatMap(({ name, value }) => {
      const own = valueOf(value);
      return own === null ? [] : [[name, own]];
    }),
  );

export const isExport = (value: OptionValue): value is ExportChoice => typeof value === 'object';

function valueOf(value: PluginOption['value']): OptionValue | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || typeof value.slug !== 'string') return null;
  const options = Array.isArray(value.pluginOptions) ? value.pluginOptions : [];
  return { slug: value.slug, values: valuesOf(options.flatMap((option) => namedOption(option) ?? [])) };
}

function namedOption(option: PluginOption['value']): { name: string; value: PluginOption['value'] } | null {
  if (typeof option !== 'object' || option === null || Array.isArray(option) || typeof option.name !== 'string') return null;
  return { name: option.name, value: option.value };
}

/** How an option reads where it is only shown. */
export function shownValue({ type, sensitive, value }: Pick<PluginOption, 'type' | 'sensitive' | 'value'>): string | null {
  if (sensitive === true) return 'kept in the key vault';
  const own = valueOf(value);
  if (own === null || own === '') return null;
  if (isExport(own)) return own.slug;
  return type === 'bool' ? (own === true ? 'yes' : 'no') : String(own);
}

/** Abbreviations of the field, as it writes them. */
const written: Readonly<Record<string, string>> = { acme: 'ACME', api: 'API', arn: 'ARN', ca: 'CA', cidr: 'CIDR', csr: 'CSR', dns: 'DNS', eab: 'EAB', eku: 'EKU', gcs: 'GCS', get: 'GET', hmac: 'HMAC', http: 'HTTP', id: 'ID', kv: 'KV', rsa: 'RSA', s3: 'S3', sni: 'SNI', ssh: 'SSH', ecc: 'ECC', tls: 'TLS', ttl: 'TTL', tsig: 'TSIG', url: 'URL' };

/** `crlReason` → "Crl reason", `acme_url` → "ACME URL". */
export function titleOf(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .toLowerCase()
    .split(' ')
    .map((word) => written[word] ?? word)
    .join(' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
