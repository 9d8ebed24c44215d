import { encodeJks } from '@sifaka/pki';
import { aliasFor, certificateOf, type ExportedFile, type Exporter, type ExportInput, type PluginContext } from '@sifaka/plugin-sdk';
import type { z } from 'zod';
import type { JavaTruststoreOptions } from './options.js';

/** Room for `_cert_10` behind the alias. */
const maxAliasChars = 240;

/** A JKS file in which certificate and chain are trusted. */
export class JavaTruststoreExporter implements Exporter {
  constructor(
    private readonly options: z.output<typeof JavaTruststoreOptions>,
    private readonly context: PluginContext,
  ) {}

  async export(input: ExportInput): Promise<ExportedFile> {
    certificateOf(input);
    const passphrase = this.options.passphrase ?? `${Buffer.from(this.context.random(32)).toString('base64url')}=`;
    const alias = aliasFor(input, this.options.alias).slice(0, maxAliasChars);
    const createdAt = this.context.clock.now();
    const entries = [input.certificateDer, ...input.chainDer].map(
      (certificateDer, index) => ({ kind: 'trusted', alias: index === 0 ? `${alias}_cert` : `${alias}_cert_${index}`, createdAt, certificateDer }) as const,
    );
    return { extension: 'jks', passphrase, data: encodeJks(entries, passphrase, this.context.random) };
  }
}
