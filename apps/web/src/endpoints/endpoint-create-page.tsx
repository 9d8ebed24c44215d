import { Anchor, Button, Group, Paper, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { createEndpointOperation } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';
import { api, refreshAll } from '../session/api.js';
import { shownPaths, showRefusal } from '../ui/form-refusal.js';
import { notifyDone } from '../ui/notify.js';
import { Page } from '../ui/page.js';
import { Refusal } from '../ui/refusal.js';
import { EndpointFields } from './endpoint-fields.js';
import { emptyForm, fieldOf, requestOf, type EndpointForm } from './endpoint-request.js';

export function EndpointCreatePage() {
  const navigate = useNavigate();
  const form = useForm<EndpointForm>({ initialValues: emptyForm });
  const create = useMutation({
    mutationFn: (values: EndpointForm) => api.call(createEndpointOperation, { body: requestOf(values) }),
    onSuccess: async ({ id, name }) => {
      notifyDone(`${name} was added`);
      await refreshAll();
      await navigate(`/endpoints/${id}`);
    },
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  return (
    <Page
      title="Add an endpoint"
      parent={{ title: 'Endpoints', to: '/endpoints' }}
      lead="What it presents is looked at in the background, now and then by schedule."
    >
      <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
        <Stack maw={760}>
          <Refusal error={create.error} shown={shownPaths(create.error, fieldOf)} />
          <Paper withBorder p="lg">
            <Stack>
              <EndpointFields form={form} />
            </Stack>
          </Paper>
          <Group>
            <Button type="submit" loading={create.isPending}>
              Add endpoint
            </Button>
            <Anchor component={Link} to="/endpoints" size="sm">
              Cancel
            </Anchor>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}
