import { longText, matching, secret } from '@sifaka/plugin-sdk';
import type { VaultLogin } from '@sifaka/vault';
import { z } from 'zod';

const path = () => matching('[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*$');

export const VaultOptions = z
  .object({
    url: z.url({ protocol: /^https?$/ }).describe('Address of Vault or OpenBao, for example https://vault.corp.test:8200'),
    mount: path().default('pki').describe('Path where the PKI secrets engine is mounted'),
    role: matching('[A-Za-z0-9_.-]+$').describe('Role of the engine that certificates are signed with'),
    namespace: z.string().max(256).optional().describe('Namespace (Vault Enterprise, OpenBao)'),
    auth_method: z.enum(['token', 'approle']).default('token').describe('How the platform logs in'),
    token: secret().min(1).optional().describe('Token, for method token'),
    role_id: z.string().max(256).optional().describe('Role ID, for method approle'),
    secret_id: secret().min(1).optional().describe('Secret ID, for method approle'),
    approle_mount: path().default('approle').describe('Path where the AppRole method is mounted'),
    ca_bundle: longText().optional().describe('Certificate of a private CA that the server presents itself with, in PEM'),
    verify_tls: z.boolean().default(true).describe('Verify the certificate of the server'),
  })
  .superRefine(({ auth_method: method, token, role_id: roleId, secret_id: secretId }, context) => {
    const missing = (name: string) => context.addIssue({ code: 'custom', path: [name], message: `is required for method ${method}` });
    if (method === 'token' && token === undefined) missing('token');
    if (method === 'approle' && roleId === undefined) missing('role_id');
    if (method === 'approle' && secretId === undefined) missing('secret_id');
  });
export type VaultOptions = z.output<typeof VaultOptions>;

export function loginOf({ auth_method: method, token = '', role_id: roleId = '', secret_id: secretId = '', approle_mount: mount }: VaultOptions): VaultLogin {
  return method === 'token' ? { method, token } : { method, mount, roleId, secretId };
}
