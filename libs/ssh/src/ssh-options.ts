import { installationOnly, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** Options of plugins that log in to a host by SSH. */
export const sshOptions = {
  host: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[A-Za-z0-9.:_[\]-]+$/, { error: 'must be a host name or an address' })
    .describe('Name or address of the host'),
  port: z.int().min(1).max(65_535).default(22).describe('Port of its SSH server').meta({ required: true }),
  user: z.string().min(1).max(128).default('root').describe('User to log in as').meta({ required: true }),
  password: secret().max(1_024).optional().describe('Password of the user; tried before the key when both are given'),
  privateKey: secret()
    .max(32_768)
    .optional()
    .describe('Private key of the user, the text of its file: OpenSSH or PEM, of any type that SSH knows')
    .meta({ sensitive: true, type: 'textarea' }),
  privateKeyPath: z
    .string()
    .max(1_024)
    .regex(/^\/[^\0\n\r]+$/, { error: 'must be an absolute path' })
    .optional()
    .describe('Or a file of the platform that holds it, in a folder that its administrator allows (SIFAKA_SSH_KEY_FOLDERS)'),
  privateKeyPass: secret().max(1_024).optional().describe('Passphrase of the private key'),
  hostKeyFingerprint: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, { error: 'must be a fingerprint as ssh-keygen -l prints it: SHA256: and 43 characters' })
    .optional()
    .describe('SHA-256 fingerprint of the host key, as ssh-keygen -l prints it; left blank, the key that the host shows first is trusted from then on'),
  keyFolders: installationOnly('SSH_KEY_FOLDERS', z.array(z.string().regex(/^\//, { error: 'must be an absolute path' })).max(100).describe('Folders of this machine whose files `privateKeyPath` may name; none by default')),
};

export type SshOptions = z.output<z.ZodObject<typeof sshOptions>>;
