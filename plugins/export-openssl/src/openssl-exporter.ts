import { encodePkcs12 } from '@sifaka/pki';
import { aliasFor, generatePassphrase, privateKeyOf, type ExportedFile, type Exporter, type ExportInput, type PluginContext } from '@sifaka/plugin-sdk';
import type { z } from 'zod';
import { legacyType, type OpensslExportOptions } from './options.js';

/** Certificate, chain and key in one PKCS#12 file. */
export class OpensslExporter implements Exporter {
  constructor(
    private readonly options: z.output<typeof OpensslExportOptions>,
    private readonly context: PluginContext,
  ) {}

  async export(input: ExportInput): Promise<ExportedFile> {
    const passphrase = this.options.passphrase ?? generatePassphrase(this.context.random);
    const data = await encodePkcs12({
      privateKey: privateKeyOf(input, 'openssl-export'),
      certificateDer: input.certificateDer,
      chainDer: input.chainDer,
      friendlyName: aliasFor(input, this.options.alias),
      passphrase,
      form: this.options.type === legacyType ? 'legacy' : 'modern',
      random: this.context.random,
    });
    return { extension: 'p12', passphrase, data };
  }
}
