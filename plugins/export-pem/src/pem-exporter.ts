import { AppError } from '@sifaka/kernel';
import { certificatePem, toEncryptedPkcs8Pem, toPkcs8Pem, toTraditionalPem } from '@sifaka/pki';
import { certificateOf, privateKeyOf, type ExportedFile, type Exporter, type ExportInput, type PluginContext } from '@sifaka/plugin-sdk';
import type { z } from 'zod';
import type { PemOptions } from './options.js';

/** PEM blocks in one file, in the order in which servers want them. */
export class PemExporter implements Exporter {
  constructor(
    private readonly options: z.output<typeof PemOptions>,
    private readonly context: PluginContext,
  ) {}

  async export(input: ExportInput): Promise<ExportedFile> {
    const { parts, passphrase = null } = this.options;
    const hasKey = parts.endsWith('key');
    if (parts === 'chain' && input.chainDer.length === 0) throw new AppError('failed_precondition', 'the certificate has no chain', { reason: 'export.no_chain' });
    if (passphrase !== null && !hasKey) {
      const message = `encrypts the key, and "${parts}" has none`;
      throw new AppError('invalid_argument', `passphrase: ${message}`, { fields: [{ path: 'plugin.pluginOptions.passphrase', message }] });
    }

    certificateOf(input);
    const blocks = [
      ...(parts.includes('certificate') ? [certificatePem(input.certificateDer)] : []),
      ...(parts.includes('chain') ? input.chainDer.map((der) => certificatePem(der)) : []),
      ...(hasKey ? [await this.keyPem(input)] : []),
    ];
    return { extension: 'pem', passphrase, data: Buffer.from(`${blocks.join('\n')}\n`) };
  }

  private async keyPem(input: ExportInput): Promise<string> {
    const { keyFormat, passphrase } = this.options;
    const key = privateKeyOf(input, 'pem-export');
    if (passphrase !== undefined) return toEncryptedPkcs8Pem(key, passphrase, this.context.random);
    return keyFormat === 'traditional' ? toTraditionalPem(key) : toPkcs8Pem(key);
  }
}
