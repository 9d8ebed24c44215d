import { Alert, Anchor, Button, SimpleGrid, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { getSourceOperation, syncSourceOperation, type SourceView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { StateWord } from '../ui/badges.js';
import { Facts } from '../ui/facts.js';
import { Icon } from '../ui/icons.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { ObjectPage } from '../ui/object-page.js';
import { OptionFacts } from '../ui/option-facts.js';
import { OptionedActions } from '../ui/optioned-actions.js';
import { Page } from '../ui/page.js';
import { Section } from '../ui/section.js';
import { dateTimeText, relativeText } from '../ui/time.js';
import { CleanDialog } from './clean-dialog.js';
import { RunTable } from './run-table.js';
import { scheduleText } from './schedule.js';
import { sourceKind } from './source-kind.js';
import { SourceSwitch } from './source-switch.js';
import { isBeingLookedAt, stateOf } from './sync-state.js';

const { parent } = sourceKind;

export function SourcePage() {
  return (
    <ObjectPage
      of="source"
      title="Source"
      parent={parent}
      load={(id, signal) => api.call(getSourceOperation, { params: { id }, signal })}
      refreshMs={(source) => (isBeingLookedAt(source) ? 2_000 : 30_000)}
    >
      {(source) => <Details source={source} />}
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
              ['Active', <SourceSwitch key="active" source={source} />],
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
  return (
    <OptionedActions
      kind={sourceKind}
      object={source}
      first={<SyncNow source={source} />}
      more={<Clean source={source} />}
      deletion={{
        warning: 'What is there is no longer looked at',
        children: 'Certificates that were found there stay in the inventory, and its endpoints stay without a source. Its credentials are forgotten.',
      }}
    />
  );
}

function Clean({ source }: { source: SourceView }) {
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" leftSection={<Icon name="ban" />} onClick={open}>
        Clean
      </Button>
      {isOpen && <CleanDialog source={source} close={close} />}
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
