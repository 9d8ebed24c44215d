import { useForm } from '@mantine/form';
import { createDestinationOperation, tryDestinationOperation, type ListedPluginView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { OptionedFields } from '../ui/optioned-fields.js';
import { emptyOptioned, optionsOf } from '../ui/optioned.js';
import { Page } from '../ui/page.js';
import { SetupForm } from '../ui/setup-form.js';
import { Loaded } from '../ui/states.js';
import { TestReport } from '../ui/test-report.js';
import { usePluginForm } from '../ui/use-plugin-form.js';
import { usePlugins } from '../ui/use-plugins.js';
import { fieldOf, requestOf, words } from './destination-request.js';

export function DestinationCreatePage() {
  const plugins = usePlugins('destination');
  return (
    <Page
      title="Add a destination"
      parent={{ title: 'Destinations', to: '/destinations' }}
      lead="It is reached, written to and cleaned again before it is saved."
    >
      <Loaded query={plugins}>{({ items }) => <CreateForm plugins={items} />}</Loaded>
    </Page>
  );
}

function CreateForm({ plugins }: { plugins: ListedPluginView[] }) {
  const form = useForm({ initialValues: emptyOptioned });
  const { slug } = form.values;
  const plugin = usePluginForm({ slug, options: optionsOf(plugins, slug) });
  return (
    <SetupForm
      kind="Destination"
      submit="Add destination"
      parent="/destinations"
      form={form}
      plugin={plugin}
      fieldOf={fieldOf}
      isTestable={slug !== null}
      fields={<OptionedFields form={form} plugins={plugins} words={words} />}
      test={() => api.call(tryDestinationOperation, { body: { plugin: plugin.input() } })}
      report={(report) => <TestReport report={report} />}
      save={async (values, idempotencyKey) => {
        const { id, label } = await api.call(createDestinationOperation, { body: requestOf(values, plugin.input()), idempotencyKey });
        return { to: `/destinations/${id}`, message: `${label} was added` };
      }}
    />
  );
}
