import { Alert, Anchor, Button, SimpleGrid, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { deleteSourceOperation, getSourceOperation, syncSourceOperation, testSourceOperation, type SourceView } from '@sifaka/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { StateWord } from '../ui/badges.js';
import { DeleteDialog } from '../ui/delete-dialog.js';
import { Facts } from '../ui/facts.js';
import { Icon } from '../ui/icons.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { ObjectPage } from '../ui/object-page.js';
import { OptionFacts } from '../ui/option-facts.js';
import { Page } from '../ui/page.js';
import { Section } from '../ui/section.js';
import { TestDialog } from '../ui/test-report.js';
import { dateTimeText, relativeText } from '../ui/time.js';
import { usePlugins } from '../ui/use-plugins.js';
import { ActiveSwitch } from './active-switch.js';
import { CleanDialog } from './clean-dialog.js';
import { EditDialog } from './edit-dialog.js';
import { RunTable } from './run-table.js';
import { scheduleText } from './schedule.js';
import { isBeingLookedAt, stateOf } from './sync-state.js';

const parent = { title: 'Sources', to: '/sources' };

export function SourcePage() {
  const id = Number(useParams().id);
  const source = useQuery({
    queryKey: ['source', id],
    queryFn: ({ signal }) => api.call(getSourceOperation, { params: { id }, signal }),
    refetchInterval: ({ state }) => (isBeingLookedAt(state.data) ? 2_000 : 30_000),
  });
  return (
    <ObjectPage query={source} title="Source" parent={parent}>
      {(data) => <Details key={id} source={data} />}
    </ObjectPage>
  );
}

function Details({ source }: { source: SourceView }) {
  const { id, label, description, plugin, options, lastSync, lastRun, nextRunAt, schedule, owner } = source;
  const { isAdmin } = useMe();
  return (
    <Page title={label} parent={parent} lead={description} actions={isAdmin && <Actions source={source} />}>
      {typeof lastSync?.error === 'string' && (
        <Alert role="note" color="red" variant="light" icon={<Icon name="warning" />} title="The last run failed">
          <Text size="sm" className="breaks">
            {lastSync.error}
          </Text>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title="Access">
          <OptionFacts title={plugin.title} options={options} />
        </Section>
        <Section title="Schedule">
          <Facts
            facts={[
              ['Active', <ActiveSwitch key="active" source={source} />],
              ['When', scheduleText(schedule)],
              ['Next run', nextRunAt === null ? 'none' : `${relativeText(nextRunAt)}, ${dateTimeText(nextRunAt)}`],
              ['Last run', lastSync === null ? 'never' : <StateWord key="last" {...stateOf(lastSync)} />],
              ['Last complete run', lastRun === null ? 'never' : dateTimeText(lastRun)],
              ['Owner', owner],
              [
                'Endpoints',
                <Anchor key="endpoints" component={Link} to={`/endpoints?in=source&text=${encodeURIComponent(label)}`} size="sm">
                  Endpoints of this source
                </Anchor>,
              ],
            ]}
          />
        </Section>
      </SimpleGrid>
      <Section title="Runs">
        <RunTable sourceId={id} />
      </Section>
    </Page>
  );
}

function Actions({ source }: { source: SourceView }) {
  const { id, label } = source;
  const plugins = usePlugins('source');
  const [testing, test] = useDisclosure();
  const [editing, edit] = useDisclosure();
  const [cleaning, clean] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  return (
    <>
      <SyncNow source={source} />
      <Button variant="default" leftSection={<Icon name="check" />} onClick={test.open}>
        Test connection
      </Button>
      <Button variant="default" leftSection={<Icon name="edit" />} onClick={edit.open} disabled={plugins.data === undefined}>
        Edit
      </Button>
      <Button variant="default" leftSection={<Icon name="ban" />} onClick={clean.open}>
        Clean
      </Button>
      <Button variant="outline" color="red" leftSection={<Icon name="trash" />} onClick={remove.open}>
        Delete
      </Button>
      {testing && <TestDialog name={label} test={() => api.call(testSourceOperation, { params: { id } })} close={test.close} />}
      {editing && plugins.data !== undefined && <EditDialog source={source} plugins={plugins.data.items} close={edit.close} />}
      {cleaning && <CleanDialog source={source} close={clean.close} />}
      {deleting && (
        <DeleteDialog
          name={label}
          queryKey={['source', id]}
          parent={parent.to}
          warning="What is there is no longer looked at"
          remove={() => api.call(deleteSourceOperation, { params: { id } })}
          close={remove.close}
        >
          Certificates that were found there stay in the inventory, and its endpoints stay without a source. Its credentials are forgotten.
        </DeleteDialog>
      )}
    </>
  );
}

function SyncNow({ source: { id, lastSync } }: { source: SourceView }) {
  const sync = useMutation({
    mutationFn: () => api.call(syncSourceOperation, { params: { id } }),
    onSuccess: ({ state }) => notifyDone(state === 'queued' ? 'It is looked at now' : 'It is being looked at already'),
    onError: notifyRefused,
    onSettled: refreshAll,
  });
  return (
    <Button
      leftSection={<Icon name="refresh" />}
      loading={sync.isPending}
      disabled={isBeingLookedAt({ lastSync })}
      onClick={() => sync.mutate()}
    >
      Sync now
    </Button>
  );
}
