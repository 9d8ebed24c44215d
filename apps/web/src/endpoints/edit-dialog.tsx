import { Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { updateEndpointOperation, type EndpointView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { api, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { shownPaths, showRefusal } from '../ui/form-refusal.js';
import { notifyDone } from '../ui/notify.js';
import { EndpointFields } from './endpoint-fields.js';
import { fieldOf, formOf, requestOf, type EndpointForm } from './endpoint-request.js';

export function EditDialog({ endpoint, close }: { endpoint: EndpointView; close: () => void }) {
  const { id, name, isManual } = endpoint;
  const form = useForm<EndpointForm>({ initialValues: formOf(endpoint) });
  const edit = useMutation({
    mutationFn: (values: EndpointForm) => api.call(updateEndpointOperation, { params: { id }, body: requestOf(values, endpoint) }),
    onSuccess: async () => {
      notifyDone(`${name} was changed`);
      await refreshAll();
      close();
    },
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  return (
    <Dialog
      title={`Edit ${name}`}
      isOpen
      close={close}
      submit="Save"
      isBusy={edit.isPending}
      error={edit.error}
      shown={shownPaths(edit.error, fieldOf)}
      onSubmit={form.onSubmit((values) => edit.mutate(values))}
    >
      {!isManual && (
        <Text size="sm" c="dimmed">
          Its address comes from where it was found.
        </Text>
      )}
      <EndpointFields form={form} endpoint={endpoint} />
    </Dialog>
  );
}
