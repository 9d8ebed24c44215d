import { useForm } from '@mantine/form';
import type { ListedPluginView } from '@sifaka/contracts';
import { OptionedFields } from './optioned-fields.js';
import { optionsOf, type Optioned, type OptionedForm, type OptionedKind } from './optioned.js';
import { Page } from './page.js';
import { SetupForm } from './setup-form.js';
import { Loaded } from './states.js';
import { TestReport } from './test-report.js';
import { usePluginForm } from './use-plugin-form.js';
import { usePlugins } from './use-plugins.js';

interface OptionedCreatePageProps<V extends Optioned, F extends OptionedForm> {
  kind: OptionedKind<V, F>;
  lead: string;
}

/** Where a destination, a source or a notification is added. */
export function OptionedCreatePage<V extends Optioned, F extends OptionedForm>({ kind, lead }: OptionedCreatePageProps<V, F>) {
  const plugins = usePlugins(kind.type);
  return (
    <Page title={`Add a ${kind.type}`} parent={kind.parent} lead={lead}>
      <Loaded query={plugins}>{({ items }) => <CreateForm kind={kind} plugins={items} />}</Loaded>
    </Page>
  );
}

function CreateForm<V extends Optioned, F extends OptionedForm>({ kind, plugins }: { kind: OptionedKind<V, F>; plugins: ListedPluginView[] }) {
  const { calls, more, parent, trialTitle } = kind;
  const form = useForm<F>({ initialValues: kind.empty });
  const { slug } = form.values;
  const plugin = usePluginForm({ slug, options: optionsOf(plugins, slug) });
  return (
    <SetupForm
      kind={kind.title}
      submit={`Add ${kind.type}`}
      parent={parent.to}
      form={form}
      plugin={plugin}
      fieldOf={kind.fieldOf}
      isTestable={slug !== null}
      {...(trialTitle !== undefined && { testTitle: trialTitle })}
      fields={<OptionedFields kind={kind} form={form} plugins={plugins} />}
      more={more?.(form, false)}
      test={() => calls.try(plugin.input())}
      report={(report) => <TestReport report={report} />}
      save={async (values, idempotencyKey) => {
        const { id, label } = await calls.create(values, plugin.input(), idempotencyKey);
        return { to: `${parent.to}/${id}`, message: `${label} was added` };
      }}
    />
  );
}
