import { useForm } from '@mantine/form';
import { updateDnsProviderOperation, type DnsProviderView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { optionErrors, optionPaths, shownPaths, showRefusal } from '../ui/form-refusal.js';
import { notifyDone } from '../ui/notify.js';
import { focusOption } from '../ui/plugin-options.js';
import { Loaded } from '../ui/states.js';
import { DnsProviderFields } from './dns-provider-fields.js';
import { changeOf, fieldOf, formOf, optionsPath, valuesOf, type DnsProviderForm } from './dns-provider-request.js';
import { useDnsProviderTypes } from './use-dns-provider-types.js';

export function EditDialog({ provider, close }: { provider: DnsProviderView; close: () => void }) {
  const types = useDnsProviderTypes();
  const form = useForm<DnsProviderForm>({ initialValues: formOf(provider) });
  const [values, setValues] = useState(valuesOf(provider));
  const options = types.data?.items.find(({ name }) => name === provider.providerType)?.requirements ?? [];
  const edit = useMutation({
    mutationFn: (input: DnsProviderForm) =>
      api.call(updateDnsProviderOperation, { params: { id: provider.id }, body: changeOf(input, options, values) }),
    onSuccess: async ({ name }) => {
      notifyDone(`${name} was changed`);
      await refreshAll();
      close();
    },
    onError: (error) => {
      if (showRefusal(form, error, fieldOf).length === 0) focusOption(options, optionErrors(error, options, optionsPath));
    },
  });
  return (
    <Dialog
      title={`Edit ${provider.name}`}
      isOpen
      close={close}
      submit="Save"
      size="xl"
      isBusy={edit.isPending}
      isBlocked={types.data === undefined}
      error={edit.error}
      shown={[...shownPaths(edit.error, fieldOf), ...optionPaths(edit.error, options, optionsPath)]}
      onSubmit={form.onSubmit((input) => edit.mutate(input))}
    >
      <Loaded query={types}>
        {({ items }) => (
          <DnsProviderFields
            form={form}
            types={items}
            values={values}
            errors={optionErrors(edit.error, options, optionsPath)}
            isKept
            onValues={setValues}
          />
        )}
      </Loaded>
    </Dialog>
  );
}
