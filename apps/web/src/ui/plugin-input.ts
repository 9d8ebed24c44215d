import type { PluginOption } from '@sifaka/contracts';

export type OptionValue = string | number | boolean;
export type OptionValues = Readonly<Record<string, OptionValue>>;

/** What an option holds before anybody touches it. */
export function defaultOf(option: PluginOption): OptionValue {
  const preset = presetOf(option);
  if (preset !== null) return preset;
  if (option.type === 'bool') return false;
  return option.type === 'select' && option.required === true ? (option.available?.[0] ?? '') : '';
}

/** The options as the API takes them; what was left empty, or as it was, is left out, so that the plugin's own default or the installation's counts. */
export function pluginInput(slug: string, options: readonly PluginOption[], values: OptionValues) {
  const pluginOptions = options
    .filter((option) => option.type !== 'bool' || option.required === true || option.name in values || presetOf(option) !== null)
    .map((option) => ({ name: option.name, value: values[option.name] ?? defaultOf(option) }))
    .filter(({ value }) => value !== '');
  return { slug, pluginOptions };
}

function presetOf(option: PluginOption): OptionValue | null {
  const preset = option.value ?? option.default;
  return typeof preset === 'string' || typeof preset === 'number' || typeof preset === 'boolean' ? preset : null;
}

/** Abbreviations of the field, as it writes them. */
const written: Readonly<Record<string, string>> = { acme: 'ACME', api: 'API', arn: 'ARN', ca: 'CA', csr: 'CSR', dns: 'DNS', eab: 'EAB', eku: 'EKU', hmac: 'HMAC', id: 'ID', rsa: 'RSA', ecc: 'ECC', tls: 'TLS', tsig: 'TSIG', url: 'URL' };

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
