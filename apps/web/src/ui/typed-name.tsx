import { Text, TextInput } from '@mantine/core';

interface TypedNameProps {
  /** What bears the name: "certificate". */
  of: string;
  name: string;
  typed: string;
  onChange: (typed: string) => void;
}

/** Has the name typed before something is done that cannot be undone. */
export const TypedName = ({ of, name, typed, onChange }: TypedNameProps) => (
  <TextInput
    label={`Type the name of the ${of} to confirm`}
    description={
      <Text span size="xs" ff="monospace" className="breaks">
        {name}
      </Text>
    }
    value={typed}
    onChange={(event) => onChange(event.currentTarget.value)}
    autoComplete="off"
    data-autofocus
  />
);
