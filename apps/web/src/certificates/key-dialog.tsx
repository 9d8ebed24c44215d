import { Alert } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { PemBlock } from '../ui/pem-block.js';

/** The key is asked for only after the warning, kept nowhere, and gone when the dialog closes. */
export function KeyDialog({ name, read, close }: { name: string; read: () => Promise<{ key: string | null }>; close: () => void }) {
  const view = useMutation({ mutationFn: read, gcTime: 0 });
  const key = view.data?.key ?? null;
  if (key !== null)
    return (
      <Dialog title="Private key" isOpen close={close} size="xl">
        <PemBlock title="Private key" text={key} fileName={`${name}.key`} />
      </Dialog>
    );
  return (
    <Dialog
      title="View the private key"
      isOpen
      close={close}
      submit="Show the key"
      isDangerous
      isBusy={view.isPending}
      error={view.error}
      onSubmit={() => view.mutate()}
    >
      <Alert role="note" color="orange" icon={<Icon name="warning" />} title="Whoever has the key can pretend to be this service">
        The key appears on your screen unencrypted. That you saw it is recorded under your name, before it is shown.
      </Alert>
    </Dialog>
  );
}
