import { verisignAccessOptions } from '@sifaka/ca-clients';
import { longText } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const name = () => z.string().trim().min(1).max(64);

export const VerisignOptions = z.object({
  ...verisignAccessOptions,
  first_name: name().describe('First name of who orders').meta({ setting: 'VERISIGN_FIRST_NAME' }),
  last_name: name().describe('Last name of who orders').meta({ setting: 'VERISIGN_LAST_NAME' }),
  email: z.email().max(240).describe('Mail address of who orders').meta({ setting: 'VERISIGN_EMAIL' }),
  certificate: longText().min(1).describe('Root certificate in PEM').meta({ setting: 'VERISIGN_ROOT' }),
  intermediate: longText().optional().describe('Certificate of the CA that issues, and those up to the root, in PEM').meta({ setting: 'VERISIGN_INTERMEDIATE' }),
  product: z
    .string()
    .regex(/^[A-Za-z]{1,64}$/, { error: 'must be the name of a product, for example Server' })
    .default('Server')
    .describe('Product that is ordered: Server, HAServer, GlobalServer, PrivateServer, …'),
  ct_log_option: z.enum(['public', 'nolog']).default('public').describe('Whether certificates are put into public logs (Certificate Transparency)').meta({ setting: 'VERISIGN_CS_LOG_OPTION' }),
  wait_days: z.int().min(1).max(365).default(30).describe('Days after which an order that nobody approved is given up'),
});
export type VerisignOptions = z.output<typeof VerisignOptions>;
