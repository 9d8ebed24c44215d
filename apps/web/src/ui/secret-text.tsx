import { Button, Stack, Textarea, type TextareaProps } from '@mantine/core';
import { useState } from 'react';
import { Icon } from './icons.js';

/** A secret of several lines, such as a key in PEM: a password input would lose its line ends. Hidden until it is asked for. */
export function SecretText({ onChange, ...props }: Omit<TextareaProps, 'onChange'> & { onChange: (text: string) => void }) {
  const [isShown, setShown] = useState(false);
  return (
    <Stack gap={6}>
      <Textarea
        autosize
        minRows={3}
        maxRows={10}
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: 'monospace', fontSize: '0.8rem' } }}
        classNames={{ input: isShown ? '' : 'hidden-text' }}
        {...props}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Icon name="eye" size={16} />}
        w="fit-content"
        aria-pressed={isShown}
        onClick={() => setShown(!isShown)}
      >
        {isShown ? 'Hide' : 'Show'}
      </Button>
    </Stack>
  );
}
