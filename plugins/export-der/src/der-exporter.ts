import { certificateOf, type ExportedFile, type Exporter, type ExportInput } from '@sifaka/plugin-sdk';

/** The certificate alone, as it was signed. */
export class DerExporter implements Exporter {
  async export(input: ExportInput): Promise<ExportedFile> {
    return { extension: 'der', passphrase: null, data: certificateOf(input).der };
  }
}
