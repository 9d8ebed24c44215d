import { installationOnly, longText, matching, secret, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { KvStore } from './kv-store.js';
import { VaultSession, type VaultLogin } from './vault-session.js';

const mount = () => matching('[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*$');
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Options of plugins that work with a KV engine, as Lemur named them; those in snake case are additions. */
export const kvOptions = {
  vaultUrl: z.url({ protocol: /^https?$/, error: 'must be an address such as https://vault.corp.test:8200' }).describe('Address of Vault or OpenBao, for example https://vault.corp.test:8200'),
  vaultKvApiVersion: z.enum(['1', '2']).default('2').describe('Version of the KV secrets engine').meta({ required: true }),
  authenticationMethod: z.enum(['token', 'kubernetes', 'approle']).default('token').describe('How the platform logs in').meta({ required: true }),
  tokenFileOrVaultRole: z
    .string()
    .max(1_024)
    .optional()
    .describe("For method token the path of a file on the platform's machine that holds the token, unless token is given; for method kubernetes the role to log in as"),
  vaultMount: mount().describe('Path where the KV engine is mounted'),
  token: secret().min(1).max(8_192).optional().describe('Token for method token, in place of a file'),
  role_id: z.string().max(256).optional().describe('Role ID, for method approle'),
  secret_id: secret().min(1).max(1_024).optional().describe('Secret ID, for method approle'),
  auth_mount: mount().optional().describe('Path where the method is mounted, when that is not its own name'),
  service_account_token_path: z
    .string()
    .max(1_024)
    .regex(/^\//, { error: 'must be an absolute path' })
    .default(`${serviceAccountFolder}/token`)
    .describe('For method kubernetes: the token of the service account that the platform runs as'),
  namespace: z.string().max(256).optional().describe('Namespace (Vault Enterprise, OpenBao)'),
  ca_bundle: longText().max(262_144).optional().describe('Certificate of a private CA that the server presents itself with, in PEM'),
  fileFolders: installationOnly(
    'VAULT_FILE_FOLDERS',
    z.array(z.string().regex(/^\//, { error: 'must be an absolute path' })).max(100).describe('Folders of this machine whose files options of Vault plugins may name as tokens, besides that of the service account of the platform; none by default'),
  ),
  verify_tls: z.boolean().default(true).describe('Verify the certificate of the server'),
};
export type KvOptions = z.output<z.ZodObject<typeof kvOptions>>;

/** What each method needs. */
export function checkLogin(options: Pick<KvOptions, 'authenticationMethod' | 'tokenFileOrVaultRole' | 'token' | 'role_id' | 'secret_id'>, context: z.core.$RefinementCtx): void {
  const { authenticationMethod: method, tokenFileOrVaultRole: fileOrRole, token, role_id: roleId, secret_id: secretId } = options;
  const missing = (name: string) => context.addIssue({ code: 'custom', path: [name], message: `is required for method ${method}` });
  if (method === 'token' && token === undefined && fileOrRole?.startsWith('/') !== true) {
    context.addIssue({ code: 'custom', path: ['tokenFileOrVaultRole'], message: 'must be the absolute path of a file with the token, or token must be given' });
  }
  if (method === 'kubernetes' && (fileOrRole ?? '') === '') missing('tokenFileOrVaultRole');
  if (method === 'approle' && roleId === undefined) missing('role_id');
  if (method === 'approle' && secretId === undefined) missing('secret_id');
}

/** The KV engine that options name. */
export function kvStoreOf(options: KvOptions, context: PluginContext): KvStore {
  const { vaultUrl: url, namespace, ca_bundle: caPem, verify_tls: isVerified, vaultMount, vaultKvApiVersion } = options;
  const session = new VaultSession({ url, namespace, caPem, isVerified, login: loginOf(options) }, context);
  return new KvStore(session, { mount: vaultMount, version: vaultKvApiVersion === '1' ? 1 : 2 });
}

function loginOf(options: KvOptions): VaultLogin {
  const { authenticationMethod: method, tokenFileOrVaultRole: fileOrRole = '', token, auth_mount: authMount, fileFolders: folders = [] } = options;
  if (method === 'approle') return { method, mount: authMount ?? 'approle', roleId: options.role_id ?? '', secretId: options.secret_id ?? '' };
  if (method === 'kubernetes') return { method, mount: authMount ?? 'kubernetes', role: fileOrRole, tokenPath: options.service_account_token_path, folders: [serviceAccountFolder, ...folders] };
  return token === undefined ? { method: 'token-file', path: fileOrRole, folders } : { method: 'token', token };
}
