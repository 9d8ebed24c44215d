import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { listCertificatesOperation } from '@sifaka/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api } from '../session/api.js';

interface CertificateSelectProps {
  label: string;
  description: string;
  placeholder: string;
  /** The one that is chosen when the form opens. */
  initial?: { id: number; name: string } | null;
  value?: string | null;
  error?: ReactNode;
  onChange?: (id: string | null) => void;
}

/** One certificate of the inventory, found by its name or one of its domains; the newest first. */
export function CertificateSelect({ initial = null, value = null, onChange, ...input }: CertificateSelectProps) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(initial === null ? null : { value: String(initial.id), label: initial.name });
  const [words] = useDebouncedValue(text === chosen?.label ? '' : text.trim(), 250);
  const query = { count: 20, sortBy: 'id', sortDir: 'desc', short: true, ...(words !== '' && { filter: `name;${words}` }) };
  const certificates = useQuery({
    queryKey: ['certificates', 'choices', query],
    queryFn: ({ signal }) => api.call(listCertificatesOperation, { query, signal }),
    placeholderData: keepPreviousData,
  });
  const found = (certificates.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  const data = chosen === null || found.some((each) => each.value === chosen.value) ? found : [chosen, ...found];
  return (
    <Select
      data={data}
      filter={({ options }) => options}
      searchable
      clearable
      searchValue={text}
      onSearchChange={setText}
      nothingFoundMessage="No certificate has these words"
      value={value}
      onChange={(id) => {
        setChosen(data.find((each) => each.value === id) ?? null);
        onChange?.(id);
      }}
      {...input}
    />
  );
}
