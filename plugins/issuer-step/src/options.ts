import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const StepOptions = z
  .object({
    url: z.url({ protocol: /^https$/ }).describe('Address of step-ca, for example https://ca.corp.test:9000'),
    fingerprint: z
      .string()
      .transform((text) => text.replaceAll(':', '').toLowerCase())
      .pipe(z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be a SHA-256 fingerprint: 64 hexadecimal digits' }))
      .describe('SHA-256 fingerprint of the root, as `step certificate fingerprint root_ca.crt` prints it; the server is trusted by it'),
    provisioner: z.string().min(1).max(256).describe('Name of the JWK provisioner'),
    provisioner_password: secret().min(1).optional().describe("Password of the provisioner's key, which the CA keeps encrypted").meta({ staysHere: true }),
    provisioner_key: secret().min(1).optional().describe("The provisioner's private key as JWK, where the CA does not keep it").meta({ staysHere: true }),
  })
  .superRefine(({ provisioner_password: password, provisioner_key: key }, context) => {
    if (password === undefined && key === undefined) context.addIssue({ code: 'custom', path: ['provisioner_password'], message: 'is required, unless provisioner_key is given' });
  });
export type StepOptions = z.output<typeof StepOptions>;
