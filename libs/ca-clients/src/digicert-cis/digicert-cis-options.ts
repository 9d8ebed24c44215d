import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const digicertCisAccessOptions = {
  url: z.url({ protocol: /^https?$/ }).describe('Address of the Certificate Issuing Service').meta({ setting: 'DIGICERT_CIS_URL' }),
  api_key: secret().min(1).describe('API key').meta({ setting: 'DIGICERT_CIS_API_KEY' }),
};

export type DigicertCisAccess = z.output<z.ZodObject<typeof digicertCisAccessOptions>>;
