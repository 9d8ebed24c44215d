import { Alert, Badge, Button, Group, SimpleGrid, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { getDnsProviderOperation, refreshDnsProviderOperation, type DnsProviderView } from '@sifaka/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { Section } from '../certificates/certificate-page.js';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { Facts } from '../ui/facts.js';
import { Icon } from '../ui/icons.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { Page } from '../ui/page.js';
import { titleOf } from '../ui/plugin-input.js';
import { Loaded } from '../ui/states.js';
import { dateTimeText, relativeText } from '../ui/time.js';
import { DeleteDialog } from './delete-dialog.js';
import { TypeName } from './dns-provider-list-page.js';
import { EditDialog } from './edit-dialog.js';
import { TestDialog } from './test-dialog.js';

const parent = { title: 'DNS providers', to: '/dns-providers' };

export function DnsProviderPage() {
  const id = Number(useParams().id);
  const provider = useQuery({
    queryKey: ['dns-provider', id],
    queryFn: ({ signal }) => api.call(getDnsProviderOperation, { params: { id }, signal }),
  });
  if (provider.data === undefined)
    return (
      <Page title="DNS provider" parent={parent}>
        <Loaded query={provider}>{() => null}</Loaded>
      </Page>
    );
  return <Details key={id} provider={provider.data} />;
}

function Details({ provider }: { provider: DnsProviderView }) {
  const { name, description, providerType, options, nameservers, dateCreated, dateUpdated, openRecords, lastError } = provider;
  const { isAdmin } = useMe();
  return (
    <Page title={name} parent={parent} lead={description} actions={isAdmin && <Actions provider={provider} />}>
      {lastError !== null && (
        <Alert role="note" color="red" variant="light" icon={<Icon name="warning" />} title="Its zones could not be listed">
          <Text size="sm" className="breaks">
            {lastError}
          </Text>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title="Access">
          <Facts
            facts={[
              ['Type', <TypeName key="type" type={providerType} />],
              ...options.map(
                ({ name: option, value }) =>
                  [titleOf(option), value === null ? 'kept in the key vault' : typeof value === 'string' ? value : JSON.stringify(value)] as const,
              ),
              ['Name servers', nameservers.join(', ')],
              ['Open records', `${openRecords} challenge ${openRecords === 1 ? 'record' : 'records'} in DNS`],
              ['Since', dateTimeText(dateCreated)],
              ['Changed', dateTimeText(dateUpdated)],
            ]}
          />
        </Section>
        <Section title="Zones">
          <Zones provider={provider} />
        </Section>
      </SimpleGrid>
    </Page>
  );
}

function Zones({ provider: { zones, zoneCount, zonesRefreshedAt } }: { provider: DnsProviderView }) {
  return (
    <>
      <Text size="sm" c="dimmed">
        {zonesRefreshedAt === null ? 'They were not listed yet.' : `${zoneCount} in all, listed ${relativeText(zonesRefreshedAt)}.`}
        {zonesRefreshedAt !== null && zoneCount === 0 && ' Without zones it serves the requests that name it.'}
      </Text>
      <Group gap={6} role="list" aria-label="Zones" mah={360} style={{ overflow: 'auto' }} tabIndex={zones.length > 30 ? 0 : undefined}>
        {zones.map((zone) => (
          <Badge key={zone} role="listitem" variant="default" radius="sm" tt="none" fw={400}>
            {zone}
          </Badge>
        ))}
      </Group>
      {zoneCount > zones.length && (
        <Text size="sm" c="dimmed">
          And {zoneCount - zones.length} more.
        </Text>
      )}
    </>
  );
}

function Actions({ provider }: { provider: DnsProviderView }) {
  const [testing, test] = useDisclosure();
  const [editing, edit] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  const refresh = useMutation({
    mutationFn: () => api.call(refreshDnsProviderOperation, { params: { id: provider.id } }),
    onSuccess: ({ zoneCount }) => notifyDone(`${provider.name} has ${zoneCount} ${zoneCount === 1 ? 'zone' : 'zones'}`),
    onError: notifyRefused,
    onSettled: refreshAll,
  });
  return (
    <>
      <Button leftSection={<Icon name="check" />} onClick={test.open}>
        Test
      </Button>
      <Button variant="default" leftSection={<Icon name="refresh" />} loading={refresh.isPending} onClick={() => refresh.mutate()}>
        List zones again
      </Button>
      <Button variant="default" leftSection={<Icon name="edit" />} onClick={edit.open}>
        Edit
      </Button>
      <Button variant="outline" color="red" leftSection={<Icon name="trash" />} onClick={remove.open}>
        Delete
      </Button>
      {testing && <TestDialog provider={provider} close={test.close} />}
      {editing && <EditDialog provider={provider} close={edit.close} />}
      {deleting && <DeleteDialog provider={provider} close={remove.close} />}
    </>
  );
}
