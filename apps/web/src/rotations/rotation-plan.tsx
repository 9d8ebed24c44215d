import { Alert, List, Paper, Stack, Text, Title } from '@mantine/core';
import type { RotationsView } from '@sifaka/contracts';
import { Icon } from '../ui/icons.js';
import { RotationSteps } from './rotation-steps.js';

/** More than a person reads before agreeing. */
const mostShown = 20;

/** What would be done where; nothing of it has been done. */
export function RotationPlan({ plan: { rotations, refused } }: { plan: RotationsView }) {
  return (
    <Stack component="section" aria-label="Plan">
      <Title order={3} size="h5">
        {rotations.length === 0 ? 'Nothing would be done' : `This would be done at ${rotations.length === 1 ? 'one endpoint' : `${rotations.length} endpoints`}`}
      </Title>
      {rotations.slice(0, mostShown).map(({ endpoint, oldCertificate, newCertificate, steps }) => (
        <Paper key={endpoint.id} withBorder p="sm">
          <Stack gap="xs">
            <Text size="sm" fw={500} className="breaks">
              {endpoint.name} ({endpoint.dnsname}:{endpoint.port})
            </Text>
            <Text size="sm" className="breaks">
              {oldCertificate === null ? 'Presents nothing known' : `From ${oldCertificate.name}`} to {newCertificate.name}
            </Text>
            <RotationSteps steps={steps} />
          </Stack>
        </Paper>
      ))}
      {rotations.length > mostShown && <Text size="sm">And {rotations.length - mostShown} more.</Text>}
      {refused.length > 0 && (
        <Alert role="note" color="orange" icon={<Icon name="warning" />} title={rotations.length === 0 ? 'It cannot be rotated' : 'These are left as they are'}>
          <List size="sm">
            {refused.map(({ endpointId, name, reason }) => (
              <List.Item key={endpointId} className="breaks">
                {name}: {reason}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      {rotations.length === 0 && refused.length === 0 && <Text size="sm">No endpoint presents a certificate that has been replaced.</Text>}
    </Stack>
  );
}
