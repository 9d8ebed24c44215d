import { aliasOption, passphraseOption } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const JavaKeystoreOptions = z.object({
  passphrase: passphraseOption().optional().describe('Passphrase of store and key; a strong one is generated when none is given. keytool asks for at least six characters'),
  alias: aliasOption().optional().describe('Alias of the entry, otherwise the common name; Java writes it in lower case'),
});
