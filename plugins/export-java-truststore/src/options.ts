import { aliasOption, passphraseOption } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const JavaTruststoreOptions = z.object({
  alias: aliasOption().max(240).optional().describe('Start of the aliases, otherwise the common name; Java writes it in lower case'),
  passphrase: passphraseOption().optional().describe('Passphrase of the store; a strong one is generated when none is given. keytool asks for at least six characters'),
});
