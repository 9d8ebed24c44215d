import { Stack } from '@mantine/core';
import { listCertificateDeploymentsOperation, type CertificateView } from '@sifaka/contracts';
import { DeploymentTable } from '../deployments/deployment-table.js';
import { api } from '../session/api.js';
import { Section } from '../ui/section.js';
import { useMayChange } from './use-may-change.js';

/** Where a certificate is put, and how that stands. */
export function CertificateDeployments({ certificate }: { certificate: CertificateView }) {
  const { id } = certificate;
  const mayChange = useMayChange(certificate);
  return (
    <Stack>
      <Section title="Deployments">
        <DeploymentTable
          of={`certificate-${id}`}
          subject="destination"
          load={(query, signal) => api.call(listCertificateDeploymentsOperation, { params: { id }, query, signal })}
          mayRetry={mayChange}
          none={`It is put nowhere.${mayChange ? ' Choose destinations under Edit.' : ''}`}
        />
      </Section>
    </Stack>
  );
}
