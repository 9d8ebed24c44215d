import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { getRevocationPublicationOperation, publishCrlOperation, type AuthorityView, type PublicationView } from '@sifaka/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { Facts } from '../ui/facts.js';
import { Icon } from '../ui/icons.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { Copy } from '../ui/pem-block.js';
import { sentence } from '../ui/refusal.js';
import { Section } from '../ui/section.js';
import { Loaded } from '../ui/states.js';
import { dateTimeText, momentText } from '../ui/time.js';
import { CrlDestinationDialog } from './crl-destination-dialog.js';
import { CrlPlaces } from './crl-places.js';
import { sizeText } from './size-text.js';

/** How an authority tells the world what it revoked. */
export function RevocationSection({ authority, mayChange }: { authority: AuthorityView; mayChange: boolean }) {
  const { id } = authority;
  const { isAdmin } = useMe();
  const [isChoosing, choose] = useDisclosure();
  const publication = useQuery({
    queryKey: ['publication', id],
    queryFn: ({ signal }) => api.call(getRevocationPublicationOperation, { params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.destinations.some(({ state: stand }) => stand === 'pending') === true ? 3_000 : 30_000),
  });
  const publishing = useMutation({
    mutationFn: () => api.call(publishCrlOperation, { params: { id } }),
    onSuccess: ({ full }) => notifyDone(full === null ? 'A new list is made' : `Revocation list ${full.number} is published`),
    onError: notifyRefused,
    onSettled: refreshAll,
  });
  const isPublished = publication.data?.reasonNot === null;
  return (
    <Section
      title="Revocation"
      actions={
        isPublished && (
          <>
            {isAdmin && (
              <Button size="xs" variant="default" leftSection={<Icon name="destination" />} onClick={choose.open}>
                Destinations
              </Button>
            )}
            {mayChange && (
              <Button size="xs" variant="default" leftSection={<Icon name="refresh" />} loading={publishing.isPending} onClick={() => publishing.mutate()}>
                Publish now
              </Button>
            )}
          </>
        )
      }
    >
      <Loaded query={publication}>{(data) => <Publication publication={data} />}</Loaded>
      {isChoosing && publication.data !== undefined && <CrlDestinationDialog authority={authority} places={publication.data.destinations} close={choose.close} />}
    </Section>
  );
}

function Publication({ publication }: { publication: PublicationView }) {
  const { reasonNot, revokedCount, full, delta, responder, lastError, destinations } = publication;
  if (reasonNot !== null)
    return (
      <Text size="sm" c="dimmed" className="breaks">
        {sentence(reasonNot)}
      </Text>
    );
  return (
    <Stack>
      {lastError !== null && (
        <Alert role="note" color="red" variant="light" icon={<Icon name="warning" />} title="The last list could not be made">
          <Text size="sm" className="breaks">
            {sentence(lastError)}
          </Text>
        </Alert>
      )}
      <Facts
        facts={[
          ['Revoked', revokedCount === 1 ? '1 certificate' : `${revokedCount} certificates`],
          ['Full list', full === null ? 'not made yet' : <List key="full" list={full} />],
          ['Delta list', delta === null ? null : <List key="delta" list={delta} />],
          ['OCSP responder', responder === null ? 'made when it is first asked' : `certificate ${responder.serialHex}, ends ${momentText(responder.notAfter)}`],
        ]}
      />
      <Addresses publication={publication} />
      <CrlPlaces places={destinations} />
    </Stack>
  );
}

function List({ list: { number, baseNumber, thisUpdate, nextUpdate, entryCount, byteLength } }: { list: NonNullable<PublicationView['full']> }) {
  return (
    <Stack gap={0}>
      <Text size="sm">
        number {number}
        {baseNumber !== null && `, adds to ${baseNumber}`}: {entryCount === 1 ? '1 entry' : `${entryCount} entries`}, {sizeText(byteLength)}
      </Text>
      <Text size="xs" c="dimmed">
        made {dateTimeText(thisUpdate)}, the next by {dateTimeText(nextUpdate)}
      </Text>
    </Stack>
  );
}

function Addresses({ publication: { crlUrls, deltaCrlUrls, ocspUrls, caIssuersUrls } }: { publication: PublicationView }) {
  const all = [
    ...crlUrls.map((url) => ({ title: 'CRL', url })),
    ...deltaCrlUrls.map((url) => ({ title: 'Delta CRL', url })),
    ...ocspUrls.map((url) => ({ title: 'OCSP', url })),
    ...caIssuersUrls.map((url) => ({ title: 'CA certificate', url })),
  ];
  if (all.length === 0)
    return (
      <Text size="sm" c="dimmed">
        It is published under no address: the platform is not told under which one it is reached (SIFAKA_REVOCATION_URL).
      </Text>
    );
  return (
    <Stack gap="xs" component="section" aria-label="Addresses">
      <Title order={3} size="h5">
        Addresses, as they stand in its certificates
      </Title>
      {all.map(({ title, url }) => (
        <Group key={url} gap="xs" justify="space-between" wrap="nowrap" align="flex-start">
          <Stack gap={0} miw={0}>
            <Text size="xs" c="dimmed">
              {title}
            </Text>
            <Text size="sm" ff="monospace" className="breaks">
              {url}
            </Text>
          </Stack>
          <Copy text={url} what={`address of ${title}`} />
        </Group>
      ))}
    </Stack>
  );
}
