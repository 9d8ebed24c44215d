import { Checkbox, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { listSourcesOperation, rotateCertificateOperation, rotateDueOperation, rotateEndpointOperation } from '@sifaka/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { CertificateSelect } from '../certificates/certificate-select.js';
import { api, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { shownPaths, showRefusal } from '../ui/form-refusal.js';
import { notifyDone } from '../ui/notify.js';
import { RotationPlan } from './rotation-plan.js';
import { certificateRequest, dueRequest, emptyForm, fieldOf, regionRequest, type RotationForm, type RotationSubject } from './rotation-request.js';

/** Makes endpoints present another certificate. The plan comes first; what it says is done only when somebody has seen it. */
export function RotateDialog({ subject, close }: { subject: RotationSubject; close: () => void }) {
  const plan = useMutation({ mutationFn: (values: RotationForm) => start(subject, values, true), onError: (error) => showRefusal(form, error, fieldOf) });
  const form = useForm<RotationForm>({ initialValues: emptyForm, onValuesChange: () => plan.reset() });
  const rotate = useMutation({
    mutationFn: (values: RotationForm) => start(subject, values, false),
    onSuccess: async ({ rotations }) => {
      notifyDone(rotations.length === 1 ? 'The rotation has begun' : `${rotations.length} rotations have begun`);
      await refreshAll();
      close();
    },
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  const planned = plan.data;
  const error = rotate.error ?? plan.error;
  return (
    <Dialog
      title={subject.kind === 'due' ? 'Rotate everything that is due' : `Rotate ${subject.name}`}
      isOpen
      close={close}
      submit={planned === undefined ? 'Show the plan' : 'Rotate now'}
      size="xl"
      isBusy={plan.isPending || rotate.isPending}
      isBlocked={planned?.rotations.length === 0}
      error={error}
      shown={shownPaths(error, fieldOf)}
      onSubmit={form.onSubmit((values) => (planned === undefined ? plan : rotate).mutate(values))}
    >
      <Text size="sm">{introductions[subject.kind]} If it fails, the old certificate goes on being served.</Text>
      {subject.kind === 'due' ? (
        <SourceSelect {...form.getInputProps('source')} />
      ) : (
        <CertificateSelect
          label="Replacement"
          description="The certificate to present from now on"
          placeholder="What replaced the one that is presented"
          {...form.getInputProps('certificate')}
        />
      )}
      {subject.kind !== 'endpoint' && (
        <TextInput label="Region" description="Only endpoints whose DNS name contains it, or that lie in it" placeholder="eu-west-1" {...form.getInputProps('region')} />
      )}
      <Checkbox label="Ask the endpoint afterwards what it presents" {...form.getInputProps('verify', { type: 'checkbox' })} />
      <Checkbox label="Take the old certificate away" description="Where no other endpoint presents it" {...form.getInputProps('removeOld', { type: 'checkbox' })} />
      {planned !== undefined && <RotationPlan plan={planned} />}
    </Dialog>
  );
}

const introductions = {
  endpoint: 'The endpoint is made to present another certificate.',
  certificate: 'Every endpoint that presents this certificate is made to present another one.',
  due: 'Every endpoint whose certificate has been replaced is made to present the newest one.',
};

function start(subject: RotationSubject, form: RotationForm, dryRun: boolean) {
  if (subject.kind === 'due') return api.call(rotateDueOperation, { body: dueRequest(form, dryRun) });
  const params = { id: subject.id };
  const body = certificateRequest(form, dryRun);
  if (subject.kind === 'endpoint') return api.call(rotateEndpointOperation, { params, body });
  return api.call(rotateCertificateOperation, { params, body: { ...body, ...regionRequest(form) } });
}

function SourceSelect(input: object) {
  const query = { count: 1_000, sortBy: 'label', sortDir: 'asc' };
  const sources = useQuery({ queryKey: ['sources', 'all'], queryFn: ({ signal }) => api.call(listSourcesOperation, { query, signal }) });
  return (
    <Select
      label="Source"
      description="Only endpoints that it reports"
      placeholder="All"
      data={sources.data?.items.map(({ id, label }) => ({ value: String(id), label })) ?? []}
      searchable
      clearable
      {...input}
    />
  );
}
