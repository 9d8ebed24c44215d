import { useForm } from '@mantine/form';
import { notificationLabelLength, updateNotificationOperation, type ListedPluginView, type NotificationView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { OptionedFields } from '../ui/optioned-fields.js';
import { optionsOf } from '../ui/optioned.js';
import { valuesOf } from '../ui/plugin-input.js';
import { SetupDialog } from '../ui/setup-form.js';
import { usePluginForm } from '../ui/use-plugin-form.js';
import { fieldOf, formOf, requestOf, words } from './notification-request.js';

interface EditDialogProps {
  notification: NotificationView;
  plugins: ListedPluginView[];
  close: () => void;
}

export function EditDialog({ notification, plugins, close }: EditDialogProps) {
  const { id, label, plugin: served } = notification;
  const form = useForm({ initialValues: formOf(notification) });
  const plugin = usePluginForm({ slug: served.slug, options: optionsOf(plugins, served.slug), kept: valuesOf(notification.options) });
  return (
    <SetupDialog
      name={label}
      form={form}
      plugin={plugin}
      fieldOf={fieldOf}
      fields={<OptionedFields form={form} plugins={plugins} words={words} labelLength={notificationLabelLength} isKept />}
      save={(values) => api.call(updateNotificationOperation, { params: { id }, body: requestOf(values, plugin.input()) })}
      close={close}
    />
  );
}
