import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** The account at CertCentral. */
export const digicertAccessOptions = {
  url: z.url({ protocol: /^https?$/ }).default('https://www.digicert.com').describe('Address of CertCentral').meta({ setting: 'DIGICERT_URL' }),
  api_key: secret().min(1).describe('API key').meta({ setting: 'DIGICERT_API_KEY' }),
  organization_id: z.coerce.number().int().positive().describe('Number of the validated organization').meta({ type: 'int', setting: 'DIGICERT_ORG_ID' }),
};

export type DigicertAccess = z.output<z.ZodObject<typeof digicertAccessOptions>>;
