import { Badge, Stack, Table, Text } from '@mantine/core';
import { listAcmeOrdersOperation, type AcmeOrderView } from '@sifaka/contracts';
import { toAppError } from '@sifaka/kernel';
import { useQuery } from '@tanstack/react-query';
import { Section } from '../ui/section.js';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { Facts } from '../ui/facts.js';
import { LoadError, Loading } from '../ui/states.js';
import { dateTimeText, relativeText } from '../ui/time.js';

type Challenge = AcmeOrderView['challenges'][number];

const orderWords: Readonly<Record<AcmeOrderView['state'], string>> = {
  requested: 'The CA will be asked for an order',
  ordered: 'The CA has taken the order',
  authorizing: 'The names are being proved',
  ready: 'All names are proved',
  finalizing: 'The CA makes the certificate',
  issued: 'Issued',
  failed: 'Failed',
  abandoned: 'Given up',
};

const challengeWords: Readonly<Record<Challenge['state'], { word: string; color: string }>> = {
  chosen: { word: 'not begun', color: 'gray' },
  publishing: { word: 'being published', color: 'blue' },
  published: { word: 'published', color: 'blue' },
  answered: { word: 'the CA looks', color: 'blue' },
  valid: { word: 'proved', color: 'teal' },
  invalid: { word: 'refused', color: 'red' },
  skipped: { word: 'proved before', color: 'teal' },
};

/** The order at the ACME CA and how each name is proved. Administrators alone may see orders; others are shown nothing. */
export function AcmeOrder({ pendingCertificateId, isWaiting }: { pendingCertificateId: number; isWaiting: boolean }) {
  const { isAdmin } = useMe();
  const orders = useQuery({
    queryKey: ['acme-orders', pendingCertificateId],
    queryFn: ({ signal }) => api.call(listAcmeOrdersOperation, { query: { pendingCertificateId }, signal }),
    enabled: isAdmin,
    refetchInterval: isWaiting ? 3_000 : false,
  });
  if (!isAdmin || (orders.error !== null && toAppError(orders.error).code === 'permission_denied')) return null;
  const order = orders.data?.items[0];
  return (
    <Section title="Order at the CA">
      {orders.error !== null && orders.data === undefined && <LoadError error={orders.error} retry={orders.refetch} />}
      {orders.isPending && <Loading rows={3} />}
      {orders.data !== undefined && order === undefined && (
        <Text size="sm" c="dimmed">
          The CA has not been asked yet.
        </Text>
      )}
      {order !== undefined && <Order order={order} />}
    </Section>
  );
}

function Order({ order: { state, orderUrl, attempts, lastError, nextTryAt, until, challenges } }: { order: AcmeOrderView }) {
  const isOpen = !['issued', 'failed', 'abandoned'].includes(state);
  return (
    <Stack>
      <Facts
        facts={[
          ['State', orderWords[state]],
          ['Address', orderUrl],
          ['Failures so far', attempts === 0 ? null : String(attempts)],
          ['Last error', lastError],
          ['Next try', isOpen && nextTryAt !== null ? `${relativeText(nextTryAt)}, ${dateTimeText(nextTryAt)}` : null],
          ['Given up', isOpen ? dateTimeText(until) : null],
        ]}
      />
      {challenges.length > 0 && (
        <Table.ScrollContainer minWidth={640}>
          <Table aria-label="Names and their challenges" verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Proved by</Table.Th>
                <Table.Th>Where</Table.Th>
                <Table.Th>Afterwards</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {challenges.map((challenge) => (
                <ChallengeRow key={challenge.id} challenge={challenge} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}

function ChallengeRow({ challenge }: { challenge: Challenge }) {
  const { identifier, type, state, recordName, dnsProvider, tokenDestination, isCleanedUp, lastError } = challenge;
  const { word, color } = challengeWords[state];
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" className="breaks">
          {identifier.value}
        </Text>
        {lastError !== null && (
          <Text size="xs" c="var(--mantine-color-error)" className="breaks">
            {lastError}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Badge variant="light" radius="sm" color={color} miw="max-content">
          {word}
        </Badge>
      </Table.Td>
      <Table.Td>{type === null ? '' : type === 'dns-01' ? 'DNS record' : 'HTTP'}</Table.Td>
      <Table.Td>
        <Text size="sm" className="breaks">
          {recordName ?? tokenDestination ?? (type === 'http-01' ? 'the platform answers' : '')}
        </Text>
        {dnsProvider !== null && (
          <Text size="xs" c="dimmed">
            by {dnsProvider.name}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{state === 'skipped' || state === 'chosen' ? '' : isCleanedUp ? 'cleaned up' : 'still there'}</Text>
      </Table.Td>
    </Table.Tr>
  );
}
