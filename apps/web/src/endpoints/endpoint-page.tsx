import { Alert, Anchor, Group, List, SimpleGrid, Text } from '@mantine/core';
import { getEndpointOperation, type EndpointView } from '@sifaka/contracts';
import { Link } from 'react-router';
import { useDestinations } from '../destinations/use-destinations.js';
import { RotationTable } from '../rotations/rotation-table.js';
import { api } from '../session/api.js';
import { Facts } from '../ui/facts.js';
import { Icon } from '../ui/icons.js';
import { ObjectPage } from '../ui/object-page.js';
import { Page } from '../ui/page.js';
import { sentence } from '../ui/refusal.js';
import { Section } from '../ui/section.js';
import { dateTimeText, relativeText } from '../ui/time.js';
import { EndpointActions } from './endpoint-actions.js';
import { EndpointState } from './endpoint-columns.js';
import { startTlsChoices } from './endpoint-request.js';
import { isBeingLookedAt } from './endpoint-state.js';
import { Offers } from './offers.js';
import { Presented } from './presented.js';

const parent = { title: 'Endpoints', to: '/endpoints' };

export function EndpointPage() {
  return (
    <ObjectPage
      of="endpoint"
      title="Endpoint"
      parent={parent}
      load={(id, signal) => api.call(getEndpointOperation, { params: { id }, signal })}
      refreshMs={(endpoint) => (endpoint !== undefined && isBeingLookedAt(endpoint) ? 2_000 : 15_000)}
    >
      {(endpoint) => <Details endpoint={endpoint} />}
    </ObjectPage>
  );
}

function Details({ endpoint }: { endpoint: EndpointView }) {
  return (
    <Page title={endpoint.name} parent={parent} lead={<Lead endpoint={endpoint} />} actions={<EndpointActions endpoint={endpoint} />}>
      <Troubles endpoint={endpoint} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title="Address">
          <Address endpoint={endpoint} />
        </Section>
        <Section title="Protocols and ciphers">
          <Offers endpoint={endpoint} />
        </Section>
      </SimpleGrid>
      <Section title="What it presents">
        <Presented endpoint={endpoint} />
      </Section>
      <Section title="Rotations">
        <RotationTable of={{ endpointId: endpoint.id }} />
      </Section>
    </Page>
  );
}

function Lead({ endpoint }: { endpoint: EndpointView }) {
  const { dnsname, port, lastCheckedAt } = endpoint;
  return (
    <Group gap="xs">
      <EndpointState endpoint={endpoint} />
      <Text size="sm" c="dimmed">
        {dnsname}:{port}, {lastCheckedAt === null ? 'not looked at yet' : `looked at ${relativeText(lastCheckedAt)}`}
      </Text>
    </Group>
  );
}

function Troubles({ endpoint: { issues, lastError, missingSince } }: { endpoint: EndpointView }) {
  return (
    <>
      {lastError !== null && (
        <Alert role="note" color="orange" variant="light" icon={<Icon name="warning" />} title="It could not be looked at">
          <Text size="sm" className="breaks">
            {lastError}
          </Text>
        </Alert>
      )}
      {missingSince !== null && (
        <Alert role="note" color="orange" variant="light" icon={<Icon name="warning" />} title="Its source does not report it any more">
          Since {dateTimeText(missingSince)}. It is forgotten some hours later.
        </Alert>
      )}
      {issues.length > 0 && (
        <Alert role="note" color="red" variant="light" icon={<Icon name="warning" />} title={issues.length === 1 ? 'Somebody should look at this' : `${issues.length} issues`}>
          <List size="sm">
            {issues.map(({ name, value }) => (
              <List.Item key={`${name} ${value}`} className="breaks">
                <b>{sentence(name)}</b>: {value}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </>
  );
}

function Address({ endpoint }: { endpoint: EndpointView }) {
  const { dnsname, port, dnsAliases, serverName, startTls, type, owner, sourceId, sourceLabel, destinationId, certificatePath, registryType, isManual, rotatesBy, dateCreated } = endpoint;
  return (
    <Facts
      facts={[
        ['DNS name', dnsname],
        ['Port', String(port)],
        ['Server name (SNI)', serverName],
        ['More names', dnsAliases.join(', ')],
        ['Connection', startTlsChoices.find(({ value }) => value === (startTls ?? ''))?.label],
        ['Type', isManual ? `${type}, made by hand` : type],
        ['Store', registryType],
        ['Path there', certificatePath],
        [
          'Source',
          sourceId === null ? null : (
            <Anchor key="source" component={Link} to={`/sources/${sourceId}`} size="sm">
              {sourceLabel}
            </Anchor>
          ),
        ],
        ['Destination', destinationId === null ? null : <DestinationLink key="destination" id={destinationId} />],
        ['Rotated through', rotatesBy === null ? 'nothing: name a destination that puts certificates there' : rotatesBy === 'source' ? 'its source' : 'its destination'],
        ['Owner', owner],
        ['Since', dateTimeText(dateCreated)],
      ]}
    />
  );
}

function DestinationLink({ id }: { id: number }) {
  const destinations = useDestinations();
  return (
    <Anchor component={Link} to={`/destinations/${id}`} size="sm">
      {destinations.data?.items.find((destination) => destination.id === id)?.label ?? `destination ${id}`}
    </Anchor>
  );
}
