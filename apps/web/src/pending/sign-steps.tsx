import { Button, Group, List, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { PendingCertificateView } from '@sifaka/contracts';
import { Section } from '../ui/section.js';
import { Icon } from '../ui/icons.js';
import { PemBlock } from '../ui/pem-block.js';
import { UploadDialog } from './upload-dialog.js';

/** The way to a certificate that people sign: what to take where, and what to bring back. */
export function SignSteps({ pending, mayUpload }: { pending: PendingCertificateView; mayUpload: boolean }) {
  const [uploading, upload] = useDisclosure();
  return (
    <Section title="Have it signed">
      <List type="ordered" spacing="xs">
        <List.Item>Copy or download the signing request below. It is no secret: the private key stays with the platform.</List.Item>
        <List.Item>
          Give it to the people who run{' '}
          <Text span fw={600}>
            {pending.authority.name}
          </Text>
          , and have it signed there.
        </List.Item>
        <List.Item>
          {mayUpload
            ? 'Upload the certificate that comes back, with the certificates between it and the root.'
            : 'Its owner, one of its roles or an administrator uploads what comes back.'}
        </List.Item>
      </List>
      <PemBlock title="Signing request" text={pending.csr} fileName={`${pending.name}.csr`} />
      {mayUpload && (
        <Group>
          <Button leftSection={<Icon name="upload" />} onClick={upload.open}>
            Upload the certificate
          </Button>
        </Group>
      )}
      {uploading && <UploadDialog pending={pending} close={upload.close} />}
    </Section>
  );
}
