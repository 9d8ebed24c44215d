import { longText, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const EntrustOptions = z
  .object({
    url: z.url({ protocol: /^https?$/ }).default('https://api.entrust.net/enterprise/v2').describe('Address of the Certificate Services API').meta({ setting: 'ENTRUST_URL' }),
    api_user: z.string().min(1).max(256).describe('User of the API').meta({ setting: 'ENTRUST_API_USER' }),
    api_password: secret().min(1).describe('Password or API key of the user').meta({ setting: 'ENTRUST_API_PASS' }),
    client_certificate: longText().optional().describe('Client certificate in PEM, where the account asks for one').meta({ setting: 'ENTRUST_API_CERT' }),
    client_key: secret().optional().describe('Private key of the client certificate, PEM').meta({ setting: 'ENTRUST_API_KEY', type: 'textarea', staysHere: true }),
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
  .superRefine(({ client_certificate: certificate, client_key: key }, context) => {
    if ((certificate === undefined) === (key === undefined)) return;
    context.addIssue({ code: 'custom', path: [certificate === undefined ? 'client_certificate' : 'client_key'], message: 'is required together with the other half of the client certificate' });
  });
export type EntrustOptions = z.output<typeof EntrustOptions>;
