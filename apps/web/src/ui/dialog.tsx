import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode, SubmitEvent } from 'react';
import { Refusal } from './refusal.js';

interface DialogProps {
  title: string;
  isOpen: boolean;
  close: () => void;
  /** Words of the button that does it; without them the dialog only shows. */
  submit?: string;
  isDangerous?: boolean;
  isBusy?: boolean;
  isBlocked?: boolean;
  error?: unknown;
  shown?: readonly string[];
  size?: string;
  onSubmit?: (event?: SubmitEvent<HTMLFormElement>) => void;
  children: ReactNode;
}

/** A form, or a question, over the page. Escape and the cross close it; the focus returns to where it came from. */
export function Dialog({
  title,
  isOpen,
  close,
  submit,
  isDangerous,
  isBusy,
  isBlocked,
  error,
  shown,
  size = 'lg',
  onSubmit,
  children,
}: DialogProps) {
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit?.(event);
  };
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={title}
      styles={{ title: { fontWeight: 700, fontSize: 'var(--mantine-font-size-lg)', lineHeight: 1.3, overflowWrap: 'anywhere' } }}
      size={size}
      closeOnClickOutside={submit === undefined}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={send} noValidate>
        <Stack>
          <Refusal error={error ?? null} shown={shown ?? []} />
          {children}
        </Stack>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>
            {submit === undefined ? 'Close' : 'Cancel'}
          </Button>
          {submit !== undefined && (
            <Button type="submit" color={isDangerous === true ? 'red' : undefined} loading={isBusy === true} disabled={isBlocked === true}>
              {submit}
            </Button>
          )}
        </Group>
      </form>
    </Modal>
  );
}
