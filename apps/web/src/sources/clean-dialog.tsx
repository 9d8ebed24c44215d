import { Alert, Checkbox, NativeSelect, NumberInput, Table, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { cleanSourceOperation, type CleanReport, type SourceView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, refreshAll } from '../session/api.js';
import { Expiry, StateWord } from '../ui/badges.js';
import { NameCell } from '../ui/cells.js';
import { Dialog } from '../ui/dialog.js';
import { shownPaths, showRefusal } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { sentence } from '../ui/refusal.js';
import { Empty } from '../ui/states.js';
import { fieldOf, goingOf, outcomeWords, requestOf, selections, type CleanForm } from './clean-request.js';

/** Takes certificates without endpoints out of a source: what would go is shown first, and goes when somebody says so. */
export function CleanDialog({ source: { id, label }, close }: { source: SourceView; close: () => void }) {
  const [isSure, setSure] = useState(false);
  const form = useForm<CleanForm>({ initialValues: { selection: 'expired', days: 30 }, onValuesChange: () => forget() });
  const run = (dryRun: boolean) => (values: CleanForm) => api.call(cleanSourceOperation, { params: { id }, body: requestOf(values, dryRun) });
  const onError = (error: unknown) => showRefusal(form, error, fieldOf);
  const rehearsal = useMutation({ mutationFn: run(true), onError });
  const cleaning = useMutation({ mutationFn: run(false), onError, onSettled: refreshAll });
  const forget = () => {
    setSure(false);
    rehearsal.reset();
    cleaning.reset();
  };
  const report = cleaning.data ?? rehearsal.data;
  const going = rehearsal.data === undefined || cleaning.data !== undefined ? 0 : goingOf(rehearsal.data);
  const isRehearsed = going > 0;
  const error = cleaning.error ?? rehearsal.error;
  return (
    <Dialog
      title={`Clean ${label}`}
      isOpen
      close={close}
      size="xl"
      submit={isRehearsed ? 'Remove them there' : 'Show what would go'}
      isDangerous={isRehearsed}
      isBusy={rehearsal.isPending || cleaning.isPending}
      isBlocked={isRehearsed && !isSure}
      error={error}
      shown={shownPaths(error, fieldOf)}
      onSubmit={form.onSubmit((values) => (isRehearsed ? cleaning : rehearsal).mutate(values))}
    >
      <Text size="sm">Certificates that no endpoint presents are removed from the source. They stay in the inventory.</Text>
      <NativeSelect label="Which" data={selections} {...form.getInputProps('selection')} />
      {form.values.selection !== 'expired' && (
        <NumberInput label="Days" description={form.values.selection === 'issued' ? 'Issued within so many days' : 'Ending within so many days'} min={0} maw={200} allowDecimal={false} {...form.getInputProps('days')} />
      )}
      {report !== undefined && <Report report={report} />}
      {isRehearsed && (
        <Checkbox
          label={removalText(going, rehearsal.data, label)}
          description="What is removed there cannot be brought back from here"
          checked={isSure}
          onChange={(event) => setSure(event.currentTarget.checked)}
        />
      )}
    </Dialog>
  );
}

/** More may go than are listed. */
function removalText(going: number, report: CleanReport | undefined, label: string): string {
  const isAllListed = report === undefined || report.total <= report.certificates.length;
  const what = isAllListed ? (going === 1 ? 'this certificate' : `these ${going} certificates`) : 'all that would go, those not listed included,';
  return `Remove ${what} from ${label}`;
}

function Report({ report: { reasonNot, certificates, total, isDryRun } }: { report: CleanReport }) {
  if (reasonNot !== null)
    return (
      <Alert role="status" color="orange" variant="light" icon={<Icon name="warning" />} title="Nothing can be removed there">
        <Text size="sm" className="breaks">
          {sentence(reasonNot)}
        </Text>
      </Alert>
    );
  if (certificates.length === 0)
    return (
      <Empty icon="check" title={isDryRun ? 'Nothing would go' : 'Nothing went'}>
        No certificate of the source is meant by that.
      </Empty>
    );
  return (
    <section aria-label={isDryRun ? 'What would go' : 'What went'}>
      <Table.ScrollContainer minWidth={520} mah={360}>
        <Table aria-label={isDryRun ? 'What would go' : 'What went'} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Certificate</Table.Th>
              <Table.Th>Expires</Table.Th>
              <Table.Th>Outcome</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {certificates.map(({ id, name, owner, notAfter, outcome, detail }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <NameCell to={`/certificates/${id}`} name={name} detail={owner} />
                </Table.Td>
                <Table.Td>
                  <Expiry notAfter={notAfter} />
                </Table.Td>
                <Table.Td>
                  <StateWord {...outcomeWords[outcome]} />
                  {detail !== null && (
                    <Text size="xs" c="dimmed" className="breaks" mt={4}>
                      {detail}
                    </Text>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {total > certificates.length && (
        <Text size="sm" c="dimmed" mt="xs">
          and {total - certificates.length} more
        </Text>
      )}
    </section>
  );
}
