import { Switch } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { DestinationSelect } from '../destinations/destination-select.js';
import { NotificationSelect } from '../notifications/notification-select.js';
import { RotationPolicySelect } from '../renewal/rotation-policy-select.js';
import { Section } from '../ui/section.js';
import type { CertificateForm } from './certificate-request.js';

/** What becomes of it once it is issued. */
export function CareSection({ form, isSsh }: { form: UseFormReturnType<CertificateForm>; isSsh: boolean }) {
  return (
    <Section title="Once it is issued">
      {!isSsh && <DestinationSelect {...form.getInputProps('destinations')} />}
      <NotificationSelect {...form.getInputProps('notifications')} />
      <Switch
        label="Renew before it ends"
        description="A successor with the same attributes and a new key takes its place in time, without anybody asking"
        {...form.getInputProps('rotation', { type: 'checkbox' })}
      />
      {form.values.rotation && <RotationPolicySelect {...form.getInputProps('rotationPolicy')} />}
    </Section>
  );
}
