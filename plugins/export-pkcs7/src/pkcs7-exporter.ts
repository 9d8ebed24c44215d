import { encodePkcs7, pkcs7Pem } from '@sifaka/pki';
import { certificateOf, type ExportedFile, type Exporter, type ExportInput } from '@sifaka/plugin-sdk';
import type { z } from 'zod';
import type { Pkcs7Options } from './options.js';

/** Certificate and chain in one PKCS#7 file. */
export class Pkcs7Exporter implements Exporter {
  constructor(private readonly options: z.output<typeof Pkcs7Options>) {}

  async export(input: ExportInput): Promise<ExportedFile> {
    certificateOf(input);
    const certificates = [input.certificateDer, ...input.chainDer];
    const data = this.options.format === 'DER' ? encodePkcs7(certificates) : Buffer.from(`${pkcs7Pem(certificates)}\n`);
    return { extension: 'p7b', passphrase: null, data };
  }
}
