import { longText, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** The account at Entrust Certificate Services. */
export const entrustAccessOptions = {
  url: z.url({ protocol: /^https?$/ }).default('https://api.entrust.net/enterprise/v2').describe('Address of the Certificate Services API').meta({ setting: 'ENTRUST_URL' }),
  api_user: z.string().min(1).max(256).describe('User of the API').meta({ setting: 'ENTRUST_API_USER' }),
  api_password: secret().min(1).describe('Password or API key of the user').meta({ setting: 'ENTRUST_API_PASS' }),
  client_certificate: longText().optional().describe('Client certificate in PEM, where the account asks for one').meta({ setting: 'ENTRUST_API_CERT' }),
  client_key: secret().optional().describe('Private key of the client certificate, PEM').meta({ setting: 'ENTRUST_API_KEY', type: 'textarea', staysHere: true }),
};

export type EntrustAccess = z.output<z.ZodObject<typeof entrustAccessOptions>>;

/** Both halves of the client certificate or neither; for `superRefine`. */
export function checkEntrustClient({ client_certificate: certificate, client_key: key }: Pick<EntrustAccess, 'client_certificate' | 'client_key'>, context: z.core.$RefinementCtx): void {
  if ((certificate === undefined) === (key === undefined)) return;
  context.addIssue({ code: 'custom', path: [certificate === undefined ? 'client_certificate' : 'client_key'], message: 'is required together with the other half of the client certificate' });
}
