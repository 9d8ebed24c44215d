import { useForm } from '@mantine/form';
import { createSourceOperation, trySourceOperation, type ListedPluginView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { OptionedFields } from '../ui/optioned-fields.js';
import { optionsOf } from '../ui/optioned.js';
import { Page } from '../ui/page.js';
import { SetupForm } from '../ui/setup-form.js';
import { Loaded } from '../ui/states.js';
import { TestReport } from '../ui/test-report.js';
import { usePluginForm } from '../ui/use-plugin-form.js';
import { usePlugins } from '../ui/use-plugins.js';
import { SourceFields } from './source-fields.js';
import { emptySource, fieldOf, requestOf, words } from './source-request.js';

export function SourceCreatePage() {
  const plugins = usePlugins('source');
  return (
    <Page
      title="Add a source"
      parent={{ title: 'Sources', to: '/sources' }}
      lead="It is reached before it is saved, and looked at in the background then."
    >
      <Loaded query={plugins}>{({ items }) => <CreateForm plugins={items} />}</Loaded>
    </Page>
  );
}

function CreateForm({ plugins }: { plugins: ListedPluginView[] }) {
  const form = useForm({ initialValues: emptySource });
  const { slug } = form.values;
  const plugin = usePluginForm({ slug, options: optionsOf(plugins, slug) });
  return (
    <SetupForm
      kind="Source"
      submit="Add source"
      parent="/sources"
      form={form}
      plugin={plugin}
      fieldOf={fieldOf}
      isTestable={slug !== null}
      fields={<OptionedFields form={form} plugins={plugins} words={words} />}
      more={<SourceFields form={form} />}
      test={() => api.call(trySourceOperation, { body: { plugin: plugin.input() } })}
      report={(report) => <TestReport report={report} />}
      save={async (values, idempotencyKey) => {
        const { id, label } = await api.call(createSourceOperation, { body: requestOf(values, plugin.input()), idempotencyKey });
        return { to: `/sources/${id}`, message: `${label} was added` };
      }}
    />
  );
}
