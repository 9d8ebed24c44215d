import { SimpleGrid, Stack, Text } from '@mantine/core';
import type { CertificateView } from '@sifaka/contracts';
import { RenewalSection } from '../renewal/renewal-section.js';
import { LinkTo } from '../ui/cells.js';
import { Facts } from '../ui/facts.js';
import { Section } from '../ui/section.js';
import { isSshLine } from '../ui/ssh.js';
import { dateTimeText } from '../ui/time.js';
import { RevocationSection } from './revocation-section.js';

export function CertificateOverview({ certificate }: { certificate: CertificateView }) {
  const { domains, cn, distinguishedName, notBefore, notAfter, authority, issuer, owner, user, description, roles } = certificate;
  return (
    <Stack gap="lg">
      <RenewalSection certificate={certificate} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title="Names and term">
          <Facts
            facts={[
              ['Names', domains.map(({ name }) => name).join(', ')],
              ['Common name', cn],
              ['Subject', distinguishedName],
              ['Valid from', dateTimeText(notBefore)],
              ['Valid to', dateTimeText(notAfter)],
              ['Authority', authority === null ? issuer : <LinkTo key="authority" to={`/authorities/${authority.id}`}>{authority.name}</LinkTo>],
              ['Replaces', links(certificate.replaces)],
              ['Replaced by', links(certificate.replacedBy)],
            ]}
          />
        </Section>
        <Section title="Key and signature">
          <Facts
            facts={[
              ['Key', `${certificate.keyType ?? 'unknown'}${certificate.bits === null ? '' : `, ${certificate.bits} bits`}`],
              ['Private key', certificate.hasPrivateKey ? 'kept encrypted by the platform' : 'not here'],
              ['Signature hash', certificate.signingAlgorithm],
              [
                'Serial number',
                <Text key="serial" size="sm" ff="monospace">
                  {certificate.serialHex}
                </Text>,
              ],
            ]}
          />
        </Section>
        {!isSshLine(certificate.body) && <RevocationSection certificate={certificate} />}
        <Section title="People">
          <Facts
            facts={[
              ['Owner', owner],
              ['Requested by', user?.email],
              ['Roles', roles.map(({ name }) => name).join(', ')],
              ['Description', description],
              ['Since', dateTimeText(certificate.dateCreated)],
            ]}
          />
        </Section>
      </SimpleGrid>
    </Stack>
  );
}

const links = (certificates: readonly { id: number; name: string }[]) =>
  certificates.length === 0 ? null : (
    <Stack gap={2}>
      {certificates.map(({ id, name }) => (
        <LinkTo key={id} to={`/certificates/${id}`}>
          {name}
        </LinkTo>
      ))}
    </Stack>
  );
