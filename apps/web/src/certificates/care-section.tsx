import { Paper, Stack, Switch, Title } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { DestinationSelect } from '../destinations/destination-select.js';
import { NotificationSelect } from '../notifications/notification-select.js';
import { RotationPolicySelect } from '../renewal/rotation-policy-select.js';
import type { CertificateForm } from './certificate-request.js';

/** What becomes of it once it is issued. */
export function CareSection({ form, isSsh }: { form: UseFormReturnType<CertificateForm>; isSsh: boolean }) {
  return (
    <Paper withBorder p="lg" component="section" aria-label="Once it is issued">
      <Stack>
        <Title order={2}>Once it is issued</Title>
        {!isSsh && <DestinationSelect {...form.getInputProps('destinations')} />}
        <NotificationSelect {...form.getInputProps('notifications')} />
        <Switch
          label="Renew before it ends"
          description="A successor with the same attributes and a new key takes its place in time, without anybody asking"
          {...form.getInputProps('rotation', { type: 'checkbox' })}
        />
        {form.values.rotation && <RotationPolicySelect {...form.getInputProps('rotationPolicy')} />}
      </Stack>
    </Paper>
  );
}
