import { Button, Group, Stack, Tabs, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { getCertificateOperation, viewCertificateKeyOperation, type CertificateView } from '@sifaka/contracts';
import { CertificateTimeline } from '../renewal/timeline.js';
import { api } from '../session/api.js';
import { StateBadge } from '../ui/badges.js';
import { Icon } from '../ui/icons.js';
import { ObjectPage } from '../ui/object-page.js';
import { Page } from '../ui/page.js';
import { PemBlock } from '../ui/pem-block.js';
import { isSshLine } from '../ui/ssh.js';
import { dateTimeText, relativeText } from '../ui/time.js';
import { CertificateDeployments } from './certificate-deployments.js';
import { CertificateEndpoints } from './certificate-endpoints.js';
import { CertificateLog } from './certificate-log.js';
import { CertificateNotifications } from './certificate-notifications.js';
import { CertificateOverview } from './certificate-overview.js';
import { EditDialog } from './edit-dialog.js';
import { ExportDialog } from './export-dialog.js';
import { KeyDialog } from './key-dialog.js';
import { isHeld } from './revocation-words.js';
import { RevokeDialog } from './revoke-dialog.js';
import { useMayChange } from './use-may-change.js';

const parent = { title: 'Certificates', to: '/certificates' };

export function CertificatePage() {
  return (
    <ObjectPage
      of="certificate"
      title="Certificate"
      parent={parent}
      load={(id, signal) => api.call(getCertificateOperation, { params: { id }, signal })}
    >
      {(certificate) => <Details certificate={certificate} />}
    </ObjectPage>
  );
}

function Details({ certificate }: { certificate: CertificateView }) {
  const { name, notAfter, body, chain, csr } = certificate;
  const isSsh = isSshLine(body);
  return (
    <Page
      title={name}
      parent={parent}
      lead={
        <Group gap="xs">
          <StateBadge {...certificate} />
          <Text size="sm" c="dimmed">
            ends {relativeText(notAfter)}, on {dateTimeText(notAfter)}
          </Text>
        </Group>
      }
      actions={<Actions certificate={certificate} />}
    >
      <Tabs defaultValue="overview" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="timeline">Timeline</Tabs.Tab>
          <Tabs.Tab value="deployments">Deployments</Tabs.Tab>
          <Tabs.Tab value="endpoints">Endpoints</Tabs.Tab>
          <Tabs.Tab value="notifications">Notifications</Tabs.Tab>
          <Tabs.Tab value="pem">Certificate and chain</Tabs.Tab>
          <Tabs.Tab value="extensions">Extensions</Tabs.Tab>
          <Tabs.Tab value="log">Log</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview" pt="md">
          <CertificateOverview certificate={certificate} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline" pt="md">
          <CertificateTimeline id={certificate.id} />
        </Tabs.Panel>
        <Tabs.Panel value="deployments" pt="md">
          <CertificateDeployments certificate={certificate} />
        </Tabs.Panel>
        <Tabs.Panel value="endpoints" pt="md">
          <CertificateEndpoints certificate={certificate} />
        </Tabs.Panel>
        <Tabs.Panel value="notifications" pt="md">
          <CertificateNotifications certificate={certificate} />
        </Tabs.Panel>
        <Tabs.Panel value="pem" pt="md">
          <Stack gap="lg">
            <PemBlock title="Certificate" text={body} fileName={isSsh ? `${name}-cert.pub` : `${name}.pem`} />
            {chain !== null && chain !== '' && <PemBlock title={isSsh ? 'Public key of the authority' : 'Chain'} text={chain} fileName={isSsh ? 'ca.pub' : `${name}-chain.pem`} />}
            {!isSsh && csr !== null && csr !== '' && <PemBlock title="Signing request" text={csr} fileName={`${name}.csr`} />}
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="extensions" pt="md">
          <PemBlock
            title="Extensions as the API shows them"
            text={JSON.stringify(certificate.extensions, null, 2)}
            fileName={`${name}-extensions.json`}
          />
        </Tabs.Panel>
        <Tabs.Panel value="log" pt="md">
          <CertificateLog name={name} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Actions({ certificate }: { certificate: CertificateView }) {
  const mayChange = useMayChange(certificate);
  const [exporting, exported] = useDisclosure();
  const [viewing, key] = useDisclosure();
  const [editing, edit] = useDisclosure();
  const [revoking, revoke] = useDisclosure();
  return (
    <>
      {!isSshLine(certificate.body) && (
        <Button leftSection={<Icon name="download" />} onClick={exported.open}>
          Download
        </Button>
      )}
      {mayChange && (
        <>
          {certificate.hasPrivateKey && (
            <Button variant="default" leftSection={<Icon name="key" />} onClick={key.open}>
              View key
            </Button>
          )}
          <Button variant="default" leftSection={<Icon name="edit" />} onClick={edit.open}>
            Edit
          </Button>
          {(certificate.status !== 'revoked' || isHeld(certificate)) && (
            <Button variant="outline" color="red" leftSection={<Icon name="ban" />} onClick={revoke.open}>
              Revoke
            </Button>
          )}
        </>
      )}
      {exporting && <ExportDialog certificate={certificate} close={exported.close} />}
      {viewing && (
        <KeyDialog
          name={certificate.name}
          read={() => api.call(viewCertificateKeyOperation, { params: { id: certificate.id } })}
          close={key.close}
        />
      )}
      {editing && <EditDialog certificate={certificate} close={edit.close} />}
      {revoking && <RevokeDialog certificate={certificate} close={revoke.close} />}
    </>
  );
}
