import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { testDnsProviderOperation, type DnsProviderView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { api } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { byFirstPart, shownPaths, showRefusal } from '../ui/form-refusal.js';
import { DnsTestReport } from './dns-test-report.js';

const fieldOf = byFirstPart(['name']);

export function TestDialog({ provider: { id, name, zones }, close }: { provider: DnsProviderView; close: () => void }) {
  const form = useForm({ initialValues: { name: '' } });
  const test = useMutation({
    mutationFn: ({ name: probe }: { name: string }) =>
      api.call(testDnsProviderOperation, { params: { id }, body: { name: probe.trim() === '' ? null : probe.trim() } }),
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  return (
    <Dialog
      title={`Test ${name}`}
      isOpen
      close={close}
      submit={test.data === undefined ? 'Test' : 'Test again'}
      size="xl"
      isBusy={test.isPending}
      error={test.error}
      shown={shownPaths(test.error, fieldOf)}
      onSubmit={form.onSubmit((values) => test.mutate(values))}
    >
      <TextInput
        label="Name to try it with"
        description="A challenge record for it is written, looked for and removed. Left empty, only credentials and zones are tried"
        placeholder={`www.${zones[0] ?? 'example.com'}`}
        data-autofocus
        {...form.getInputProps('name')}
      />
      {test.data !== undefined && <DnsTestReport report={test.data} />}
    </Dialog>
  );
}
