import { useForm } from '@mantine/form';
import { createNotificationOperation, notificationLabelLength, tryNotificationOperation, type ListedPluginView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { OptionedFields } from '../ui/optioned-fields.js';
import { optionsOf } from '../ui/optioned.js';
import { Page } from '../ui/page.js';
import { SetupForm } from '../ui/setup-form.js';
import { Loaded } from '../ui/states.js';
import { TestReport } from '../ui/test-report.js';
import { usePluginForm } from '../ui/use-plugin-form.js';
import { usePlugins } from '../ui/use-plugins.js';
import { emptyNotification, fieldOf, requestOf, words } from './notification-request.js';

export function NotificationCreatePage() {
  const plugins = usePlugins('notification');
  return (
    <Page title="Add a notification" parent={{ title: 'Notifications', to: '/notifications' }} lead="A test message shows whether it arrives. Certificates are hung on it afterwards.">
      <Loaded query={plugins}>{({ items }) => <CreateForm plugins={items} />}</Loaded>
    </Page>
  );
}

function CreateForm({ plugins }: { plugins: ListedPluginView[] }) {
  const form = useForm({ initialValues: emptyNotification });
  const { slug } = form.values;
  const plugin = usePluginForm({ slug, options: optionsOf(plugins, slug) });
  return (
    <SetupForm
      kind="Notification"
      submit="Add notification"
      parent="/notifications"
      form={form}
      plugin={plugin}
      fieldOf={fieldOf}
      isTestable={slug !== null}
      testTitle="Send a test message"
      fields={<OptionedFields form={form} plugins={plugins} words={words} labelLength={notificationLabelLength} />}
      test={() => api.call(tryNotificationOperation, { body: { plugin: plugin.input() } })}
      report={(report) => <TestReport report={report} />}
      save={async (values, idempotencyKey) => {
        const { id, label } = await api.call(createNotificationOperation, { body: requestOf(values, plugin.input()), idempotencyKey });
        return { to: `/notifications/${id}`, message: `${label} was added` };
      }}
    />
  );
}
