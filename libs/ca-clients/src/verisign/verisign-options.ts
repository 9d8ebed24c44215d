import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** The account at Managed PKI for SSL. */
export const verisignAccessOptions = {
  url: z.url({ protocol: /^https?$/ }).describe('Address of the web services, for example https://certmanager-webservices.websecurity.symantec.com/vswebservices').meta({ setting: 'VERISIGN_URL' }),
  client_pem: secret().min(1).max(65_536).describe('Client certificate of the administrator and its private key, PEM in one text; not the path of a file').meta({ type: 'textarea', setting: 'VERISIGN_PEM_PATH' }),
};

export type VerisignAccess = z.output<z.ZodObject<typeof verisignAccessOptions>>;
