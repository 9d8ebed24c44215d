import { Button, FileButton, Stack, Textarea } from '@mantine/core';
import { Icon } from './icons.js';

interface PemInputProps {
  label: string;
  description?: string | undefined;
  isRequired: boolean;
  placeholder?: string;
  input: object;
  onFile: (text: string) => void;
}

/** Text of several lines, typed, pasted or read from a file. */
export function PemInput({ label, description, isRequired, placeholder = '-----BEGIN …', input, onFile }: PemInputProps) {
  const read = (file: File | null) => {
    if (file !== null) void file.text().then(onFile);
  };
  return (
    <Stack gap={6}>
      <Textarea
        label={label}
        description={description}
        required={isRequired}
        autosize
        minRows={4}
        maxRows={10}
        placeholder={placeholder}
        spellCheck={false}
        styles={{ input: { fontFamily: 'monospace', fontSize: '0.8rem' } }}
        {...input}
      />
      <FileButton onChange={read} accept=".pem,.crt,.cer,.key,.txt,.json">
        {(props) => (
          <Button
            {...props}
            size="compact-sm"
            variant="default"
            leftSection={<Icon name="upload" size={16} />}
            w="fit-content"
            aria-label={`${label} from a file`}
          >
            From a file
          </Button>
        )}
      </FileButton>
    </Stack>
  );
}

interface PemFieldProps<F extends string> {
  form: { getInputProps: (field: F) => object; setFieldValue: (field: F, text: string) => void };
  field: F;
  label: string;
  description: string;
  isRequired?: boolean;
}

/** The same as a field of a form. */
export const PemField = <F extends string>({ form, field, label, description, isRequired = false }: PemFieldProps<F>) => (
  <PemInput label={label} description={description} isRequired={isRequired} input={form.getInputProps(field)} onFile={(text) => form.setFieldValue(field, text)} />
);
