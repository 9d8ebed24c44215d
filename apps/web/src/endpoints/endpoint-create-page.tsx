import { Paper, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { createEndpointOperation } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { CreateForm, useCreation } from '../ui/create-form.js';
import { Page } from '../ui/page.js';
import { EndpointFields } from './endpoint-fields.js';
import { emptyForm, fieldOf, requestOf, type EndpointForm } from './endpoint-request.js';

export function EndpointCreatePage() {
  const form = useForm<EndpointForm>({ initialValues: emptyForm });
  const creation = useCreation({
    form,
    fieldOf,
    async save(values) {
      const { id, name } = await api.call(createEndpointOperation, { body: requestOf(values) });
      return { to: `/endpoints/${id}`, message: `${name} was added` };
    },
  });
  return (
    <Page
      title="Add an endpoint"
      parent={{ title: 'Endpoints', to: '/endpoints' }}
      lead="What it presents is looked at in the background, now and then by schedule."
    >
      <CreateForm form={form} creation={creation} submit="Add endpoint" parent="/endpoints">
        <Paper withBorder p="lg">
          <Stack>
            <EndpointFields form={form} />
          </Stack>
        </Paper>
      </CreateForm>
    </Page>
  );
}
