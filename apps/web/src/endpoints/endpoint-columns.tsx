import { Anchor, Group, List, Text, Tooltip } from '@mantine/core';
import type { EndpointView } from '@sifaka/contracts';
import { Link } from 'react-router';
import { StateWord } from '../ui/badges.js';
import { NameCell, When } from '../ui/cells.js';
import type { Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { stateOf } from './endpoint-state.js';

export const stateColumn: Column<EndpointView> = { title: 'State', cell: (endpoint) => <EndpointState endpoint={endpoint} /> };

export const addressColumn: Column<EndpointView> = {
  title: 'Endpoint',
  sortBy: 'name',
  cell: ({ id, name, dnsname, dnsAliases }) => <NameCell to={`/endpoints/${id}`} name={name} detail={[...(dnsname === name ? [] : [dnsname]), ...dnsAliases].join(', ')} />,
};

export const portColumn: Column<EndpointView> = { title: 'Port', sortBy: 'port', cell: ({ port }) => <Text size="sm">{port}</Text> };

export const presentedColumn: Column<EndpointView> = {
  title: 'Presents',
  cell: ({ certificate, certificates }) =>
    certificate === null ? (
      <Text size="sm" c="dimmed">
        nothing known
      </Text>
    ) : (
      <Group gap={4} maw={320}>
        <Anchor component={Link} to={`/certificates/${certificate.id}`} size="sm" className="breaks">
          {certificate.name}
        </Anchor>
        {certificates.length > 1 && (
          <Text size="xs" c="dimmed">
            and {certificates.length - 1} more
          </Text>
        )}
      </Group>
    ),
};

export const sourceColumn: Column<EndpointView> = {
  title: 'Source',
  cell: ({ sourceId, sourceLabel, isManual, destinationId }) =>
    sourceId !== null ? <NameCell to={`/sources/${sourceId}`} name={sourceLabel ?? ''} /> : <Text size="sm">{isManual ? 'made by hand' : destinationId !== null ? 'a destination' : 'none'}</Text>,
};

export const typeColumn: Column<EndpointView> = { title: 'Type', sortBy: 'type', cell: ({ type }) => <Text size="sm">{type}</Text> };

export const checkedColumn: Column<EndpointView> = { title: 'Looked at', cell: ({ lastCheckedAt }) => <When at={lastCheckedAt} otherwise="not yet" /> };

/** Icon and word; what is wrong is told on demand, and on the page of the endpoint. */
export function EndpointState({ endpoint }: { endpoint: EndpointView }) {
  const { word, color, icon } = stateOf(endpoint);
  const words = [...(endpoint.lastError === null ? [] : [endpoint.lastError]), ...endpoint.issues.map(({ name, value }) => `${name}: ${value}`)];
  const shown = (
    <Group gap={6} wrap="nowrap" c={`${color}.7`} tabIndex={words.length > 0 ? 0 : undefined}>
      <Icon name={icon} />
      <StateWord word={word} color={color} />
    </Group>
  );
  if (words.length === 0) return shown;
  return (
    <Tooltip
      multiline
      w={360}
      events={{ hover: true, focus: true, touch: true }}
      label={
        <List size="sm">
          {words.map((line) => (
            <List.Item key={line} className="breaks">
              {line}
            </List.Item>
          ))}
        </List>
      }
    >
      {shown}
    </Tooltip>
  );
}
