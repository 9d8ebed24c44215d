import { longText, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const AdcsOptions = z
  .object({
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
    template: z.string().min(1).max(256).describe('Name (not display name) of the certificate template').meta({ setting: 'ADCS_TEMPLATE' }),
    certificate: longText().optional().describe('Root certificate in PEM; by default the server is asked for its chain').meta({ setting: 'ADCS_ROOT' }),
    intermediate: longText().optional().describe('Certificate of the issuing CA in PEM').meta({ setting: 'ADCS_ISSUING' }),
    ca_bundle: longText().optional().describe('Certificate of a private CA that the server presents itself with, in PEM'),
    verify_tls: z.boolean().default(true).describe('Verify the certificate of the server'),
    wait_days: z.int().min(1).max(365).default(30).describe('Days after which a request that nobody approved is given up'),
  })
  .superRefine((options, context) => {
    const needed = options.auth_method === 'cert' ? (['client_certificate', 'client_key'] as const) : (['user', 'password'] as const);
    for (const name of needed) {
      if (options[name] === undefined) context.addIssue({ code: 'custom', path: [name], message: `is required for method ${options.auth_method}` });
    }
  });
export type AdcsOptions = z.output<typeof AdcsOptions>;
