import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { createDnsProviderOperation, tryDnsProviderOperation } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { Page } from '../ui/page.js';
import { SetupForm } from '../ui/setup-form.js';
import { Loaded } from '../ui/states.js';
import { usePluginForm } from '../ui/use-plugin-form.js';
import { DnsProviderFields, NameServers, requirementsOf, type DnsProviderTypes } from './dns-provider-fields.js';
import { emptyForm, fieldOf, fieldOfTest, optionsPath, requestOf, typeOf, type DnsProviderForm } from './dns-provider-request.js';
import { DnsTestReport } from './dns-test-report.js';
import { useDnsProviderTypes } from './use-dns-provider-types.js';

export function DnsProviderCreatePage() {
  const types = useDnsProviderTypes();
  return (
    <Page
      title="Add a DNS provider"
      parent={{ title: 'DNS providers', to: '/dns-providers' }}
      lead="Its credentials are tried and its zones listed before it is saved."
    >
      <Loaded query={types}>{({ items }) => <CreateForm types={items} />}</Loaded>
    </Page>
  );
}

function CreateForm({ types }: { types: DnsProviderTypes }) {
  const form = useForm<DnsProviderForm>({ initialValues: emptyForm });
  const { type } = form.values;
  const plugin = usePluginForm({ slug: type, options: requirementsOf(types, type), path: optionsPath });
  const requirements = () => plugin.input().pluginOptions;
  return (
    <SetupForm
      kind="DNS provider"
      submit="Add DNS provider"
      parent="/dns-providers"
      form={form}
      plugin={plugin}
      fieldOf={fieldOf}
      fieldOfTest={fieldOfTest}
      isTestable={type !== null}
      fields={<DnsProviderFields form={form} types={types} />}
      more={<NameServers form={form} />}
      probe={
        <TextInput
          label="Name to try it with"
          description="A challenge record for it is written, looked for and removed. Left empty, only credentials and zones are tried"
          placeholder="www.example.com"
          {...form.getInputProps('probe')}
        />
      }
      test={({ nameservers, probe }) =>
        api.call(tryDnsProviderOperation, { body: { providerType: typeOf(type, requirements()), nameservers, name: probe.trim() === '' ? null : probe.trim() } })
      }
      report={(report) => <DnsTestReport report={report} />}
      save={async (values, idempotencyKey) => {
        const id = await api.call(createDnsProviderOperation, { body: requestOf(values, requirements()), idempotencyKey });
        return { to: `/dns-providers/${id}`, message: `${values.name} was added` };
      }}
    />
  );
}
