import { Button } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import type { ListedPluginView } from '@sifaka/contracts';
import type { ReactNode } from 'react';
import { DeleteDialog, type DeleteDialogProps } from './delete-dialog.js';
import { Icon } from './icons.js';
import { OptionedFields } from './optioned-fields.js';
import { optionsOf, type Optioned, type OptionedForm, type OptionedKind } from './optioned.js';
import { valuesOf } from './plugin-input.js';
import { SetupDialog } from './setup-form.js';
import { TestDialog } from './test-report.js';
import { usePluginForm } from './use-plugin-form.js';
import { usePlugins } from './use-plugins.js';

interface OptionedActionsProps<V extends Optioned, F extends OptionedForm> {
  kind: OptionedKind<V, F>;
  object: V;
  /** What is done with it most, before the others. */
  first?: ReactNode;
  /** What is done with it besides, before deleting. */
  more?: ReactNode;
  deletion: Pick<DeleteDialogProps, 'warning' | 'children' | 'force'>;
}

/** What is done with a destination, a source or a notification on its page. */
export function OptionedActions<V extends Optioned, F extends OptionedForm>({ kind, object, first, more, deletion }: OptionedActionsProps<V, F>) {
  const { id, label } = object;
  const { calls, parent, test: words, type } = kind;
  const plugins = usePlugins(type);
  const [testing, test] = useDisclosure();
  const [editing, edit] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  return (
    <>
      {first}
      <Button variant={first === undefined ? 'filled' : 'default'} leftSection={<Icon name={words.icon} />} onClick={test.open}>
        {words.title}
      </Button>
      <Button variant="default" leftSection={<Icon name="edit" />} onClick={edit.open} disabled={plugins.data === undefined}>
        Edit
      </Button>
      {more}
      <Button variant="outline" color="red" leftSection={<Icon name="trash" />} onClick={remove.open}>
        Delete
      </Button>
      {testing && <TestDialog name={label} test={() => calls.test(id)} close={test.close} />}
      {editing && plugins.data !== undefined && <EditDialog kind={kind} object={object} plugins={plugins.data.items} close={edit.close} />}
      {deleting && <DeleteDialog {...deletion} name={label} queryKey={[type, id]} parent={parent.to} remove={(isForced) => calls.delete(id, isForced)} close={remove.close} />}
    </>
  );
}

interface EditDialogProps<V extends Optioned, F extends OptionedForm> {
  kind: OptionedKind<V, F>;
  object: V;
  plugins: ListedPluginView[];
  close: () => void;
}

function EditDialog<V extends Optioned, F extends OptionedForm>({ kind, object, plugins, close }: EditDialogProps<V, F>) {
  const { id, label, plugin: served } = object;
  const form = useForm<F>({ initialValues: kind.formOf(object) });
  const plugin = usePluginForm({ slug: served.slug, options: optionsOf(plugins, served.slug), kept: valuesOf(object.options) });
  return (
    <SetupDialog
      name={label}
      form={form}
      plugin={plugin}
      fieldOf={kind.fieldOf}
      fields={<OptionedFields kind={kind} form={form} plugins={plugins} isKept />}
      more={kind.more?.(form, true)}
      save={(values) => kind.calls.update(id, values, plugin.input())}
      close={close}
    />
  );
}
