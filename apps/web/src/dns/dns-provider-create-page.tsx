import { Anchor, Button, Group, Paper, Stack, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { newIdempotencyKey, type AnswerOf } from '@sifaka/api-client';
import { createDnsProviderOperation, tryDnsProviderOperation, type listDnsProviderOptionsOperation } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { api, refreshAll } from '../session/api.js';
import { optionErrors, optionPaths, shownPaths, showRefusal } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { notifyDone } from '../ui/notify.js';
import { Page } from '../ui/page.js';
import type { OptionValues } from '../ui/plugin-input.js';
import { focusOption } from '../ui/plugin-options.js';
import { Refusal } from '../ui/refusal.js';
import { Loaded } from '../ui/states.js';
import { DnsProviderFields } from './dns-provider-fields.js';
import { emptyForm, fieldOf, fieldOfTest, optionsPath, requestOf, typeOf, type DnsProviderForm } from './dns-provider-request.js';
import { DnsTestReport } from './dns-test-report.js';
import { useDnsProviderTypes } from './use-dns-provider-types.js';

export function DnsProviderCreatePage() {
  const types = useDnsProviderTypes();
  return (
    <Page
      title="Add a DNS provider"
      parent={{ title: 'DNS providers', to: '/dns-providers' }}
      lead="Its credentials are tried and its zones listed before it is saved."
    >
      <Loaded query={types}>{({ items }) => <CreateForm types={items} />}</Loaded>
    </Page>
  );
}

function CreateForm({ types }: { types: AnswerOf<typeof listDnsProviderOptionsOperation>['items'] }) {
  const navigate = useNavigate();
  const form = useForm<DnsProviderForm>({ initialValues: emptyForm });
  // By type: a key typed for one service is not sent to another.
  const [typed, setTyped] = useState<Readonly<Record<string, OptionValues>>>({});
  const { type } = form.values;
  const options = types.find(({ name }) => name === type)?.requirements ?? [];
  const values = typed[type ?? ''] ?? {};
  const attempt = useRef({ content: '', key: '' });
  const place = (fields: typeof fieldOf) => (error: unknown) => {
    if (showRefusal(form, error, fields).length === 0) focusOption(options, optionErrors(error, options, optionsPath));
  };
  const test = useMutation({
    mutationFn: ({ nameservers, probe }: DnsProviderForm) =>
      api.call(tryDnsProviderOperation, { body: { providerType: typeOf(type, options, values), nameservers, name: probe.trim() === '' ? null : probe.trim() } }),
    onError: place(fieldOfTest),
  });
  const save = useMutation({
    mutationFn: (input: DnsProviderForm) => {
      const body = requestOf(input, options, values);
      const content = JSON.stringify(body);
      if (attempt.current.content !== content) attempt.current = { content, key: newIdempotencyKey() };
      return api.call(createDnsProviderOperation, { body, idempotencyKey: attempt.current.key });
    },
    onSuccess: async (id, { name }) => {
      notifyDone(`${name} was added`);
      await refreshAll();
      await navigate(`/dns-providers/${id}`);
    },
    onError: place(fieldOf),
  });
  // The page shows the fault of what was done last.
  const begin = (other: { reset: () => void }, next: () => void) => {
    other.reset();
    next();
  };
  const error = save.error ?? test.error;
  const shown = [...shownPaths(error, save.error === null ? fieldOfTest : fieldOf), ...optionPaths(error, options, optionsPath)];
  return (
    <form onSubmit={form.onSubmit((input) => begin(test, () => save.mutate(input)))} noValidate>
      <Stack maw={760}>
        <Refusal error={error} shown={shown} />
        <Paper withBorder p="lg" component="section" aria-label="DNS provider">
          <Stack>
            <DnsProviderFields
              form={form}
              types={types}
              values={values}
              errors={optionErrors(error, options, optionsPath)}
              onValues={(next) => setTyped({ ...typed, [type ?? '']: next })}
            />
          </Stack>
        </Paper>
        <Paper withBorder p="lg" component="section" aria-label="Test">
          <Stack>
            <Title order={2}>Test</Title>
            <TextInput
              label="Name to try it with"
              description="A challenge record for it is written, looked for and removed. Left empty, only credentials and zones are tried"
              placeholder="www.example.com"
              {...form.getInputProps('probe')}
            />
            <Group>
              <Button
                variant="default"
                leftSection={<Icon name="refresh" />}
                loading={test.isPending}
                disabled={type === null}
                onClick={() => begin(save, () => test.mutate(form.values))}
              >
                Test without saving
              </Button>
            </Group>
            {test.data !== undefined && <DnsTestReport report={test.data} />}
          </Stack>
        </Paper>
        <Group>
          <Button type="submit" loading={save.isPending}>
            Add DNS provider
          </Button>
          <Anchor component={Link} to="/dns-providers" size="sm">
            Cancel
          </Anchor>
        </Group>
      </Stack>
    </form>
  );
}
