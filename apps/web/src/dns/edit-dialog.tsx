import { useForm } from '@mantine/form';
import { updateDnsProviderOperation, type DnsProviderView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { valuesOf } from '../ui/plugin-input.js';
import { SetupDialog } from '../ui/setup-form.js';
import { usePluginForm } from '../ui/use-plugin-form.js';
import { DnsProviderFields, NameServers, requirementsOf, type DnsProviderTypes } from './dns-provider-fields.js';
import { fieldOf, formOf, optionsPath, requestOf, type DnsProviderForm } from './dns-provider-request.js';

interface EditDialogProps {
  provider: DnsProviderView;
  types: DnsProviderTypes;
  close: () => void;
}

export function EditDialog({ provider, types, close }: EditDialogProps) {
  const { id, name, providerType } = provider;
  const form = useForm<DnsProviderForm>({ initialValues: formOf(provider) });
  const plugin = usePluginForm({ slug: providerType, options: requirementsOf(types, providerType), kept: valuesOf(provider.options), path: optionsPath });
  return (
    <SetupDialog
      name={name}
      form={form}
      plugin={plugin}
      fieldOf={fieldOf}
      fields={<DnsProviderFields form={form} types={types} isKept />}
      more={<NameServers form={form} />}
      save={(values) => api.call(updateDnsProviderOperation, { params: { id }, body: requestOf(values, plugin.input().pluginOptions) })}
      close={close}
    />
  );
}
