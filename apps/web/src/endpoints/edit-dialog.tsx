import { Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { updateEndpointOperation, type EndpointView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { FormDialog } from '../ui/form-dialog.js';
import { EndpointFields } from './endpoint-fields.js';
import { fieldOf, formOf, requestOf, type EndpointForm } from './endpoint-request.js';

export function EditDialog({ endpoint, close }: { endpoint: EndpointView; close: () => void }) {
  const { id, name, isManual } = endpoint;
  const form = useForm<EndpointForm>({ initialValues: formOf(endpoint) });
  return (
    <FormDialog
      title={`Edit ${name}`}
      done={`${name} was changed`}
      form={form}
      fieldOf={fieldOf}
      close={close}
      save={(values) => api.call(updateEndpointOperation, { params: { id }, body: requestOf(values, endpoint) })}
    >
      {!isManual && (
        <Text size="sm" c="dimmed">
          Its address comes from where it was found.
        </Text>
      )}
      <EndpointFields form={form} endpoint={endpoint} />
    </FormDialog>
  );
}
