import { longText, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** Where the web enrolment pages are, and how to log in there. */
export const adcsLoginOptions = {
  server: z
    .string()
    .regex(/^[A-Za-z0-9.-]+(?::\d{1,5})?$/, { error: 'must be a host name, with or without port' })
    .describe('Host of the web enrolment pages (https://<server>/certsrv)')
    .meta({ setting: 'ADCS_SERVER' }),
  auth_method: z.enum(['basic', 'ntlm', 'cert']).default('basic').describe('How the platform logs in').meta({ setting: 'ADCS_AUTH_METHOD' }),
  user: z.string().max(256).optional().describe('User, for basic and ntlm; DOMAIN\\user or user@domain').meta({ setting: 'ADCS_USER' }),
  password: secret().min(1).optional().describe('Password of the user').meta({ setting: 'ADCS_PWD' }),
  client_certificate: longText().optional().describe('Client certificate in PEM, for cert'),
  client_key: secret().optional().describe('Private key of the client certificate, PEM').meta({ type: 'textarea', staysHere: true }),
};

export const adcsTlsOptions = {
  ca_bundle: longText().optional().describe('Certificate of a private CA that the server presents itself with, in PEM'),
  verify_tls: z.boolean().default(true).describe('Verify the certificate of the server'),
};

export type AdcsAccess = z.output<z.ZodObject<typeof adcsLoginOptions & typeof adcsTlsOptions>>;

/** Each method with what it needs; for `superRefine`. */
export function checkAdcsLogin(options: Omit<AdcsAccess, 'ca_bundle' | 'verify_tls'>, context: z.core.$RefinementCtx): void {
  const needed = options.auth_method === 'cert' ? (['client_certificate', 'client_key'] as const) : (['user', 'password'] as const);
  for (const name of needed) {
    if (options[name] === undefined) context.addIssue({ code: 'custom', path: [name], message: `is required for method ${options.auth_method}` });
  }
}
