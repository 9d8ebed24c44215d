import type { RequestOf } from '@sifaka/api-client';
import type { createDnsProviderOperation, DnsProviderView, PluginOption, updateDnsProviderOperation } from '@sifaka/contracts';
import { byFirstPart, type FieldOf } from '../ui/form-refusal.js';
import { pluginInput, type OptionValues } from '../ui/plugin-input.js';

/** Where the options of the type stand in the request. */
export const optionsPath = 'providerType.requirements';

export interface DnsProviderForm {
  name: string;
  description: string;
  type: string | null;
  nameservers: string[];
  /** A name to try it with before it is saved; never saved itself. */
  probe: string;
}

export const emptyForm: DnsProviderForm = { name: '', description: '', type: null, nameservers: [], probe: '' };

const names: FieldOf = byFirstPart(['name', 'description', 'type', 'nameservers'], { providerType: 'type' });

/** Options have inputs of their own. */
export const fieldOf: FieldOf = (path) => (path.startsWith(`${optionsPath}.`) ? null : names(path));

/** The test has a name as well: the one it is tried with. */
export const fieldOfTest: FieldOf = (path) => (path === 'name' ? 'probe' : fieldOf(path));

export function requestOf(
  { name, description, type, nameservers }: DnsProviderForm,
  options: readonly PluginOption[],
  values: OptionValues,
): RequestOf<typeof createDnsProviderOperation>['body'] {
  return { name, description, providerType: typeOf(type, options, values), nameservers };
}

export const typeOf = (type: string | null, options: readonly PluginOption[], values: OptionValues) => ({
  name: type ?? '',
  requirements: pluginInput(type ?? '', options, values).pluginOptions,
});

/** As `requestOf`; a secret that was left empty is sent as null: it stays what it is. */
export function changeOf(
  form: DnsProviderForm,
  options: readonly PluginOption[],
  values: OptionValues,
): RequestOf<typeof updateDnsProviderOperation>['body'] {
  const { providerType, ...rest } = requestOf(form, options, values);
  const given = new Set(providerType.requirements?.map(({ name }) => name));
  const kept = options.filter(({ name, sensitive }) => sensitive === true && !given.has(name)).map(({ name }) => ({ name, value: null }));
  return { ...rest, providerType: { ...providerType, requirements: [...(providerType.requirements ?? []), ...kept] } };
}

/** The form of one that exists. Its secrets are not known here. */
export const formOf = ({ name, description, providerType, nameservers }: DnsProviderView): DnsProviderForm => ({
  name,
  description,
  type: providerType,
  nameservers,
  probe: '',
});

export const valuesOf = ({ options }: Pick<DnsProviderView, 'options'>): OptionValues =>
  Object.fromEntries(
    options.flatMap(({ name, value }) => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : [])),
  );
