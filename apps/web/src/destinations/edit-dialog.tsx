import { useForm } from '@mantine/form';
import { updateDestinationOperation, type DestinationView, type ListedPluginView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { OptionedFields } from '../ui/optioned-fields.js';
import { optionsOf } from '../ui/optioned.js';
import { valuesOf } from '../ui/plugin-input.js';
import { SetupDialog } from '../ui/setup-form.js';
import { usePluginForm } from '../ui/use-plugin-form.js';
import { fieldOf, formOf, requestOf, words } from './destination-request.js';

interface EditDialogProps {
  destination: DestinationView;
  plugins: ListedPluginView[];
  close: () => void;
}

export function EditDialog({ destination, plugins, close }: EditDialogProps) {
  const { id, label, plugin: served } = destination;
  const form = useForm({ initialValues: formOf(destination) });
  const plugin = usePluginForm({ slug: served.slug, options: optionsOf(plugins, served.slug), kept: valuesOf(destination.options) });
  return (
    <SetupDialog
      name={label}
      form={form}
      plugin={plugin}
      fieldOf={fieldOf}
      fields={<OptionedFields form={form} plugins={plugins} words={words} isKept />}
      save={(values) => api.call(updateDestinationOperation, { params: { id }, body: requestOf(values, plugin.input()) })}
      close={close}
    />
  );
}
