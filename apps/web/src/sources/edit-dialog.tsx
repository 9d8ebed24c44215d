import { useForm } from '@mantine/form';
import { updateSourceOperation, type SourceView, type ListedPluginView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { OptionedFields } from '../ui/optioned-fields.js';
import { optionsOf } from '../ui/optioned.js';
import { valuesOf } from '../ui/plugin-input.js';
import { SetupDialog } from '../ui/setup-form.js';
import { usePluginForm } from '../ui/use-plugin-form.js';
import { SourceFields } from './source-fields.js';
import { fieldOf, formOf, requestOf, words } from './source-request.js';

interface EditDialogProps {
  source: SourceView;
  plugins: ListedPluginView[];
  close: () => void;
}

export function EditDialog({ source, plugins, close }: EditDialogProps) {
  const { id, label, plugin: served } = source;
  const form = useForm({ initialValues: formOf(source) });
  const plugin = usePluginForm({ slug: served.slug, options: optionsOf(plugins, served.slug), kept: valuesOf(source.options) });
  return (
    <SetupDialog
      name={label}
      form={form}
      plugin={plugin}
      fieldOf={fieldOf}
      fields={<OptionedFields form={form} plugins={plugins} words={words} isKept />}
      more={<SourceFields form={form} isKept />}
      save={(values) => api.call(updateSourceOperation, { params: { id }, body: requestOf(values, plugin.input()) })}
      close={close}
    />
  );
}
