import { Alert, Code, Group, Select, Stack, Text } from '@mantine/core';
import { exportCertificateOperation, type CertificateView, type PluginView } from '@sifaka/contracts';
import { toAppError } from '@sifaka/kernel';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { bytesOf, download } from '../ui/download.js';
import { Copy } from '../ui/pem-block.js';
import { pluginInput, type OptionValues } from '../ui/plugin-input.js';
import { PluginOptions } from '../ui/plugin-options.js';
import { Loaded } from '../ui/states.js';
import { usePlugins } from '../ui/use-plugins.js';

interface ExportDialogProps {
  certificate: CertificateView;
  close: () => void;
}

export function ExportDialog({ certificate, close }: ExportDialogProps) {
  const plugins = usePlugins('export');
  const [slug, setSlug] = useState('pem-export');
  const [values, setValues] = useState<OptionValues>({});
  const plugin = plugins.data?.items.find((item) => item.slug === slug) ?? plugins.data?.items[0];
  const exporting = useMutation({
    mutationFn: (chosen: PluginView) =>
      api.call(exportCertificateOperation, {
        params: { id: certificate.id },
        body: { plugin: pluginInput(chosen.slug, chosen.pluginOptions, values) },
      }),
    onSuccess: ({ extension, data }) => download(`${certificate.name}.${extension}`, bytesOf(data)),
    gcTime: 0,
  });
  const choose = (chosen: string | null) => {
    setSlug(chosen ?? slug);
    setValues({});
    exporting.reset();
  };
  if (exporting.data !== undefined)
    return <Saved file={`${certificate.name}.${exporting.data.extension}`} passphrase={exporting.data.passphrase} close={close} />;
  const errors = optionErrors(exporting.error);
  return (
    <Dialog
      title="Download"
      isOpen
      close={close}
      submit="Download"
      isBusy={exporting.isPending}
      isBlocked={plugin === undefined}
      error={exporting.error}
      shown={Object.values(errors).map(({ path }) => path)}
      onSubmit={() => plugin !== undefined && exporting.mutate(plugin)}
    >
      <Loaded query={plugins}>
        {({ items }) => (
          <>
            <Select
              label="Format"
              description={plugin?.description}
              data={items.map((item) => ({ value: item.slug, label: item.title }))}
              value={plugin?.slug ?? null}
              onChange={choose}
              allowDeselect={false}
              data-autofocus
            />
            <PluginOptions
              options={plugin?.pluginOptions ?? []}
              values={values}
              errors={Object.fromEntries(Object.entries(errors).map(([name, { message }]) => [name, message]))}
              onChange={setValues}
            />
            {!certificate.hasPrivateKey && (
              <Text size="sm" c="dimmed">
                The private key of this certificate is not here: formats that hold it will be refused.
              </Text>
            )}
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

/** Refused options by their name: the last part of the path. */
function optionErrors(error: unknown): Record<string, { path: string; message: string }> {
  if (error === null) return {};
  return Object.fromEntries((toAppError(error).fields ?? []).map((field) => [field.path.split('.').at(-1) ?? '', field]));
}

function Saved({ file, passphrase, close }: { file: string; passphrase: string | null; close: () => void }) {
  return (
    <Dialog title="Download" isOpen close={close}>
      <Text>
        <Code className="breaks">{file}</Code> has been saved to your downloads.
      </Text>
      {passphrase !== null && (
        <Alert role="note" color="yellow" title="Passphrase of the file">
          <Stack gap="xs">
            <Group gap="xs">
              <Code className="breaks" fz="md">
                {passphrase}
              </Code>
              <Copy text={passphrase} what="passphrase" />
            </Group>
            <Text size="sm">It is shown this once. Send it another way than the file.</Text>
          </Stack>
        </Alert>
      )}
    </Dialog>
  );
}
