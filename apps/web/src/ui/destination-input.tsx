import { Select, TextInput } from '@mantine/core';
import { useDestinations } from '../destinations/use-destinations.js';

interface DestinationInputProps {
  label: string;
  description: string | undefined;
  required: boolean;
  error: string | undefined;
  value: string;
  onChange: (label: string) => void;
}

/** The label of a destination: chosen where destinations are known, typed where none is. */
export function DestinationInput({ value, onChange, ...shared }: DestinationInputProps) {
  const destinations = useDestinations();
  const labels = destinations.data?.items.map(({ label }) => label) ?? [];
  if (labels.length === 0) return <TextInput {...shared} value={value} onChange={(event) => onChange(event.currentTarget.value)} />;
  return (
    <Select
      {...shared}
      data={value === '' || labels.includes(value) ? labels : [value, ...labels]}
      searchable
      clearable
      value={value === '' ? null : value}
      onChange={(chosen) => onChange(chosen ?? '')}
    />
  );
}
