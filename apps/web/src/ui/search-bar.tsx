import { Autocomplete, Group, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { Icon } from './icons.js';
import type { ListState } from './list-state.js';

interface Choice {
  value: string;
  label: string;
}

interface SearchInputProps {
  state: ListState;
  /** Its name in the address. */
  name?: string;
  label?: string;
  description?: string;
  placeholder?: string;
  /** What can be chosen instead of typed. */
  known?: readonly string[];
}

/** Words that a list is searched for; the list follows as soon as nobody types. */
export function SearchInput({ state, name = 'text', label = 'Search', known, ...shown }: SearchInputProps) {
  const [text, setText] = useState(state.value(name));
  const search = useDebouncedCallback((value: string) => state.set({ [name]: value.trim() }), 300);
  const type = (value: string) => {
    setText(value);
    search(value);
  };
  const shared = { label, value: text, leftSection: <Icon name="search" />, flex: 1, miw: 200, ...shown };
  if (known !== undefined) return <Autocomplete {...shared} data={[...known]} onChange={type} />;
  return <TextInput {...shared} onChange={(event) => type(event.currentTarget.value)} />;
}

interface SearchBarProps extends SearchInputProps {
  /** What is searched, for screen readers. */
  of: string;
  /** Fields that can be searched; the one with an empty value is searched first. */
  fields?: readonly Choice[];
  children?: ReactNode;
}

export function SearchBar({ of, fields, state, children, ...input }: SearchBarProps) {
  return (
    <Group gap="sm" role="search" aria-label={of} align="flex-end" maw={fields === undefined && children === undefined ? 420 : undefined}>
      <SearchInput state={state} {...input} />
      {fields !== undefined && <Filter state={state} name="in" label="in" choices={fields} />}
      {children}
    </Group>
  );
}

/** One of a few words that a list is narrowed to; the empty one is all. */
export function Filter({ state, name, label, choices }: { state: ListState; name: string; label: string; choices: readonly Choice[] }) {
  return (
    <NativeSelect
      label={label}
      data={[...choices]}
      value={state.value(name)}
      onChange={(event) => state.set({ [name]: event.currentTarget.value })}
    />
  );
}

/** The one term that the API takes: `<field>;<text>`. */
export function filterOf(state: ListState, field: string): string | undefined {
  const text = state.value('text');
  return text === '' ? undefined : `${state.value('in') === '' ? field : state.value('in')};${text}`;
}
