import { Alert, Anchor, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { getPendingCertificateOperation, type PendingCertificateView } from '@sifaka/contracts';
import { Link } from 'react-router';
import { useMayChange } from '../certificates/use-may-change.js';
import { Section } from '../ui/section.js';
import { api } from '../session/api.js';
import { Facts } from '../ui/facts.js';
import { Icon } from '../ui/icons.js';
import { ObjectPage } from '../ui/object-page.js';
import { Page } from '../ui/page.js';
import { PemBlock } from '../ui/pem-block.js';
import { dateTimeText, relativeText } from '../ui/time.js';
import { AcmeOrder } from './acme-order.js';
import { PendingActions } from './pending-actions.js';
import { waitsFor } from './pending-state.js';
import { Progress } from './progress.js';
import { SignSteps } from './sign-steps.js';
import { PendingBadge } from './state-badge.js';

const parent = { title: 'Pending certificates', to: '/pending-certificates' };

/** An ACME order ends within seconds: who waits for it should see that. */
const refreshMs = 3_000;

export function PendingPage() {
  return (
    <ObjectPage
      of="pending-certificate"
      title="Pending certificate"
      parent={parent}
      load={(id, signal) => api.call(getPendingCertificateOperation, { params: { id }, signal })}
      refreshMs={(pending) => (pending?.state === 'waiting' ? refreshMs : false)}
    >
      {(pending) => <Details pending={pending} />}
    </ObjectPage>
  );
}

function Details({ pending }: { pending: PendingCertificateView }) {
  const { name, csr, chain, state, settledBy } = pending;
  const mayChange = useMayChange(pending);
  const isForHand = settledBy === 'upload' && state === 'waiting';
  return (
    <Page title={name} parent={parent} lead={<Lead pending={pending} />} actions={mayChange && <PendingActions pending={pending} />}>
      <End pending={pending} />
      {isForHand && <SignSteps pending={pending} mayUpload={mayChange} />}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title="Progress">
          <Progress pending={pending} />
        </Section>
        <Section title="Request">
          <RequestFacts pending={pending} />
        </Section>
      </SimpleGrid>
      {settledBy === 'order' && <AcmeOrder pendingCertificateId={pending.id} isWaiting={state === 'waiting'} />}
      <Stack gap="lg">
        {!isForHand && <PemBlock title="Signing request" text={csr} fileName={`${name}.csr`} />}
        {chain !== null && chain !== '' && <PemBlock title="Chain" text={chain} fileName={`${name}-chain.pem`} />}
      </Stack>
    </Page>
  );
}

function Lead({ pending }: { pending: PendingCertificateView }) {
  const { state, until, dateCreated } = pending;
  return (
    <Group gap="xs">
      <PendingBadge pending={pending} />
      <Text size="sm" c="dimmed">
        {state === 'waiting' ? `${waitsFor(pending)}. Given up ${relativeText(until)}` : `Requested on ${dateTimeText(dateCreated)}`}
      </Text>
    </Group>
  );
}

/** What came of it, where that is known. */
function End({ pending: { state, resolvedCertId, lastError, status } }: { pending: PendingCertificateView }) {
  if (state === 'resolved')
    return (
      <Alert role="status" color="teal" variant="light" icon={<Icon name="check" />} title="The certificate is issued">
        {resolvedCertId !== null && (
          <Button component={Link} to={`/certificates/${resolvedCertId}`} size="xs">
            Open the certificate
          </Button>
        )}
      </Alert>
    );
  if (state === 'failed')
    return (
      <Alert role="note" color="red" variant="light" icon={<Icon name="warning" />} title="The authority did not issue it">
        <Text size="sm" className="breaks">
          {lastError ?? status ?? 'It did not come in time.'}
        </Text>
        <Text size="sm" mt={4}>
          Request it again when that is mended. A certificate that exists all the same can still be uploaded.
        </Text>
      </Alert>
    );
  return null;
}

function RequestFacts({ pending }: { pending: PendingCertificateView }) {
  const { names, cn, authority, owner, user, roles, description, externalId, dnsProvider, hasPrivateKey, replaces } = pending;
  return (
    <Facts
      facts={[
        ['Names', names.join(', ')],
        ['Common name', cn],
        [
          'Authority',
          <Anchor key="authority" component={Link} to={`/authorities/${authority.id}`} size="sm">
            {authority.name}
          </Anchor>,
        ],
        ['Number there', externalId],
        ['DNS provider', dnsProvider?.name],
        ['Private key', hasPrivateKey ? 'kept encrypted by the platform' : 'not here'],
        ['Owner', owner],
        ['Requested by', user?.email],
        ['Roles', roles.map((role) => role.name).join(', ')],
        ['Description', description],
        ['Replaces', replaces.map((certificate) => certificate.name).join(', ')],
      ]}
    />
  );
}
