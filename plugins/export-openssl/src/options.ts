import { aliasOption, passphraseOption } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const modernType = 'PKCS12 (.p12)';
export const legacyType = 'legacy PKCS12 (.p12)';

export const OpensslExportOptions = z.object({
  type: z.enum([modernType, legacyType]).describe('Format of the file; the legacy one is for Windows before 10 1809 and Java before 8u301'),
  passphrase: passphraseOption().optional().describe('Passphrase of the file; a strong one is generated when none is given'),
  alias: aliasOption().optional().describe('Name of the entry, otherwise the common name'),
});
