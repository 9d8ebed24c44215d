import { digicertAccessOptions } from '@sifaka/ca-clients';
import { longText } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const days = z.int().min(1).max(3_650);

export const DigicertOptions = z.object({
  ...digicertAccessOptions,
  order_type: z
    .string()
    .regex(/^[a-z0-9_]{1,64}$/, { error: 'must be the name of a product, for example ssl_plus' })
    .describe('Product that is ordered, for example ssl_plus')
    .meta({ setting: 'DIGICERT_ORDER_TYPE' }),
  certificate: longText().min(1).describe('Certificate of the CA in PEM, and those above it').meta({ setting: 'DIGICERT_ROOT' }),
  max_validity_days: days.default(397).describe('Longest validity that is ordered; requests beyond it are shortened').meta({ setting: 'DIGICERT_MAX_VALIDITY_DAYS' }),
  default_signing_algorithm: z
    .enum(['sha256', 'sha384', 'sha512'])
    .default('sha256')
    .describe('Hash of signatures where the request names none')
    .meta({ setting: 'DIGICERT_DEFAULT_SIGNING_ALGORITHM' }),
  private: z.boolean().default(false).describe('Order from a private CA').meta({ setting: 'DIGICERT_PRIVATE' }),
  wait_days: days.default(30).describe('Days after which an order that nobody approved is given up'),
});
export type DigicertOptions = z.output<typeof DigicertOptions>;
