import { Group, NumberInput, Radio, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { newIdempotencyKey } from '@sifaka/api-client';
import { createRotationPolicyOperation, updateRotationPolicyOperation, type RotationPolicyRecord } from '@sifaka/contracts';
import { useRef } from 'react';
import { api } from '../session/api.js';
import { FormDialog } from '../ui/form-dialog.js';
import { emptyPolicy, fieldOf, formOf, requestOf, type PolicyForm } from './rotation-policy-request.js';

/** A new policy, or one that exists: its certificates are then planned anew. */
export function PolicyDialog({ policy, close }: { policy: RotationPolicyRecord | null; close: () => void }) {
  const key = useRef(newIdempotencyKey());
  const form = useForm<PolicyForm>({ initialValues: policy === null ? emptyPolicy : formOf(policy), onValuesChange: () => (key.current = newIdempotencyKey()) });
  const save = (values: PolicyForm) => {
    const body = requestOf(values);
    return policy === null ? api.call(createRotationPolicyOperation, { body, idempotencyKey: key.current }) : api.call(updateRotationPolicyOperation, { params: { id: policy.id }, body });
  };
  const name = form.values.name.trim();
  return (
    <FormDialog title={policy === null ? 'Add a rotation policy' : `Edit ${policy.name}`} done={policy === null ? `${name} was added` : `${name} was changed`} form={form} fieldOf={fieldOf} close={close} save={save}>
      <TextInput label="Name" required maxLength={128} data-autofocus {...form.getInputProps('name')} />
      <Radio.Group label="Certificates are renewed" {...form.getInputProps('kind')}>
        <Group mt={4}>
          <Radio value="time" label="So long before their end" />
          <Radio value="fraction" label="When a part of their life is left" />
        </Group>
      </Radio.Group>
      {form.values.kind === 'time' ? (
        <SimpleGrid cols={2}>
          <NumberInput label="Days" min={0} allowDecimal={false} {...form.getInputProps('days')} />
          <NumberInput label="Hours" description="Besides the days" inputWrapperOrder={['label', 'input', 'description', 'error']} min={0} allowDecimal={false} {...form.getInputProps('hours')} />
        </SimpleGrid>
      ) : (
        <NumberInput label="Part of their life" description="For lives of any length: 33 % of 90 days are 30 days, of six days two" suffix=" %" min={1} max={99} decimalScale={2} maw={320} {...form.getInputProps('percent')} />
      )}
    </FormDialog>
  );
}
