import { sshOptions } from '@sifaka/ssh';
import { z } from 'zod';

export const SftpOptions = z.object({
  ...sshOptions,
  destinationPath: z
    .string()
    .min(1)
    .max(1_024)
    .regex(/^[^\0\n\r]+$/, { error: 'must be a path' })
    .default('/etc/nginx/certs')
    .describe('Folder of the certificates; for HTTP-01, the folder that is served as /.well-known/acme-challenge/')
    .meta({ required: true }),
  exportFormat: z.enum(['NGINX', 'Apache']).default('NGINX').describe('NGINX: certificate and chain in one file; Apache: the chain in a file of its own').meta({ required: true }),
});
export type SftpOptions = z.output<typeof SftpOptions>;
