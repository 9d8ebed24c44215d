import { adcsLoginOptions, adcsTlsOptions, checkAdcsLogin } from '@sifaka/ca-clients';
import { longText } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const AdcsOptions = z
  .object({
    ...adcsLoginOptions,
    template: z.string().min(1).max(256).describe('Name (not display name) of the certificate template').meta({ setting: 'ADCS_TEMPLATE' }),
    certificate: longText().optional().describe('Root certificate in PEM; by default the server is asked for its chain').meta({ setting: 'ADCS_ROOT' }),
    intermediate: longText().optional().describe('Certificate of the issuing CA in PEM').meta({ setting: 'ADCS_ISSUING' }),
    ...adcsTlsOptions,
    wait_days: z.int().min(1).max(365).default(30).describe('Days after which a request that nobody approved is given up'),
  })
  .superRefine(checkAdcsLogin);
export type AdcsOptions = z.output<typeof AdcsOptions>;
