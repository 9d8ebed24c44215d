import { checkEntrustClient, entrustAccessOptions } from '@sifaka/ca-clients';
import { longText } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const EntrustOptions = z
  .object({
    ...entrustAccessOptions,
    certificate: longText().min(1).describe('Certificate of the CA in PEM, and those above it').meta({ setting: 'ENTRUST_ROOT' }),
    requester_name: z.string().min(1).max(128).describe('Who orders, for the tracking at Entrust').meta({ setting: 'ENTRUST_NAME' }),
    requester_email: z.email().describe('Mail address of who orders').meta({ setting: 'ENTRUST_EMAIL' }),
    requester_phone: z.string().min(1).max(64).describe('Telephone number of who orders').meta({ setting: 'ENTRUST_PHONE' }),
    product: z
      .string()
      .regex(/^[A-Z0-9_]{1,64}$/, { error: 'must be a product of Entrust, for example STANDARD_SSL' })
      .default('STANDARD_SSL')
      .describe('Product that is ordered: STANDARD_SSL, ADVANTAGE_SSL, WILDCARD_SSL, …'),
    client_id: z.int().positive().optional().describe("Number of the client at Entrust; by default it is found by the organization's name"),
    infer_eku: z.boolean().default(false).describe('Order the extended key usage that the request asks for, instead of server and client authentication').meta({ setting: 'ENTRUST_INFER_EKU' }),
    cross_signed_rsa: longText().optional().describe('Chain for certificates with RSA-2048 keys, PEM').meta({ setting: 'ENTRUST_CROSS_SIGNED_RSA_L1K' }),
    cross_signed_ecc: longText().optional().describe('Chain for certificates with P-256 keys, PEM').meta({ setting: 'ENTRUST_CROSS_SIGNED_ECC_L1F' }),
    staging_account: z.boolean().default(false).describe('A test account: its certificates can be deactivated'),
    wait_days: z.int().min(1).max(365).default(30).describe('Days after which an order that nobody approved is given up'),
  })
  .superRefine(checkEntrustClient);
export type EntrustOptions = z.output<typeof EntrustOptions>;
