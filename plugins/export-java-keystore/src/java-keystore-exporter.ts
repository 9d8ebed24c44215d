import { encodeJks } from '@sifaka/pki';
import { aliasFor, privateKeyOf, type ExportedFile, type Exporter, type ExportInput, type PluginContext } from '@sifaka/plugin-sdk';
import type { z } from 'zod';
import type { JavaKeystoreOptions } from './options.js';

/** A JKS file with one key entry and its chain. */
export class JavaKeystoreExporter implements Exporter {
  constructor(
    private readonly options: z.output<typeof JavaKeystoreOptions>,
    private readonly context: PluginContext,
  ) {}

  async export(input: ExportInput): Promise<ExportedFile> {
    // 32 random bytes in URL-safe base64 with padding, 44 characters: what scripts that read the answer are used to.
    const passphrase = this.options.passphrase ?? `${Buffer.from(this.context.random(32)).toString('base64url')}=`;
    const entry = {
      kind: 'key',
      alias: aliasFor(input, this.options.alias),
      createdAt: this.context.clock.now(),
      privateKey: privateKeyOf(input, 'java-keystore-jks'),
      certificatesDer: [input.certificateDer, ...input.chainDer],
    } as const;
    return { extension: 'jks', passphrase, data: encodeJks([entry], passphrase, this.context.random) };
  }
}
