import { Alert, Badge, Button, Group, SimpleGrid, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { deleteDnsProviderOperation, getDnsProviderOperation, refreshDnsProviderOperation, type DnsProviderView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { Section } from '../ui/section.js';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { DeleteDialog } from '../ui/delete-dialog.js';
import { Facts } from '../ui/facts.js';
import { Icon } from '../ui/icons.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { ObjectPage } from '../ui/object-page.js';
import { Page } from '../ui/page.js';
import { titleOf } from '../ui/plugin-input.js';
import { dateTimeText, relativeText } from '../ui/time.js';
import { TypeName } from './dns-provider-list-page.js';
import { EditDialog } from './edit-dialog.js';
import { TestDialog } from './test-dialog.js';
import { useDnsProviderTypes } from './use-dns-provider-types.js';

const parent = { title: 'DNS providers', to: '/dns-providers' };

export function DnsProviderPage() {
  return (
    <ObjectPage
      of="dns-provider"
      title="DNS provider"
      parent={parent}
      load={(id, signal) => api.call(getDnsProviderOperation, { params: { id }, signal })}
    >
      {(provider) => <Details provider={provider} />}
    </ObjectPage>
  );
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
  const { id, name, openRecords } = provider;
  const types = useDnsProviderTypes();
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
      <Button variant="default" leftSection={<Icon name="edit" />} onClick={edit.open} disabled={types.data === undefined}>
        Edit
      </Button>
      <Button variant="outline" color="red" leftSection={<Icon name="trash" />} onClick={remove.open}>
        Delete
      </Button>
      {testing && <TestDialog provider={provider} close={test.close} />}
      {editing && types.data !== undefined && <EditDialog provider={provider} types={types.data.items} close={edit.close} />}
      {deleting && (
        <DeleteDialog
          name={name}
          queryKey={['dns-provider', id]}
          parent={parent.to}
          warning="Names in its zones can no longer be proved by DNS"
          force={{ label: 'Even if records cannot be removed', description: 'They stay in DNS; the audit log names them', isOffered: openRecords > 0 }}
          remove={(force) => api.call(deleteDnsProviderOperation, { params: { id }, query: force ? { force } : {} })}
          close={remove.close}
        >
          {openRecords === 0
            ? 'No challenge records of it are in DNS. Its credentials are forgotten.'
            : `The ${openRecords} challenge ${openRecords === 1 ? 'record' : 'records'} that it still has in DNS are removed first, then its credentials are forgotten.`}{' '}
          Certificates that were issued stay; their renewal needs another provider. While orders wait for its records it cannot be deleted.
        </DeleteDialog>
      )}
    </>
  );
}
