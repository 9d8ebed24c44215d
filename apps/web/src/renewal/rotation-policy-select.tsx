import { Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { policyText } from './policy-text.js';
import { useRotationPolicies } from './use-rotation-policies.js';

interface RotationPolicySelectProps {
  value?: string | null;
  error?: ReactNode;
  onChange?: (id: string | null) => void;
  /** Rotation is off: it counts later, if ever. */
  isIdle?: boolean;
}

/** How long before its end a certificate is renewed; nothing chosen is the policy `default`. */
export function RotationPolicySelect({ value = null, isIdle = false, ...input }: RotationPolicySelectProps) {
  const policies = useRotationPolicies();
  const items = policies.data?.items ?? [];
  const chosen = items.find(({ id }) => String(id) === value) ?? items.find(({ name }) => name === 'default');
  return (
    <Select
      label="Rotation policy"
      description={chosen === undefined ? 'When it is renewed' : `${isIdle ? 'Once its rotation is on, it' : 'It'} is renewed ${policyText(chosen)}`}
      placeholder="default"
      data={items.map(({ id, name }) => ({ value: String(id), label: name }))}
      disabled={policies.data === undefined}
      searchable
      clearable
      maw={420}
      value={value}
      {...input}
    />
  );
}
