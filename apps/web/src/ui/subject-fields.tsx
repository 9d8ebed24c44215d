import { SimpleGrid, TextInput } from '@mantine/core';
import { getDefaultsOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';
import type { Subject } from './subject.js';

/** What the platform is configured to put into a new certificate. */
export const useDefaults = () =>
  useQuery({ queryKey: ['defaults'], queryFn: ({ signal }) => api.call(getDefaultsOperation, { signal }), staleTime: 300_000 });

interface SubjectForm {
  getInputProps(path: keyof Subject): object;
}

export function SubjectFields({ form }: { form: SubjectForm }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <TextInput label="Organization" {...form.getInputProps('organization')} />
      <TextInput label="Organizational unit" {...form.getInputProps('organizationalUnit')} />
      <TextInput label="Country" description="Two letters" maxLength={2} {...form.getInputProps('country')} />
      <TextInput label="State" {...form.getInputProps('state')} />
      <TextInput label="Location" {...form.getInputProps('location')} />
    </SimpleGrid>
  );
}
