import { AppError } from '@sifaka/kernel';
import { parseEncryptedPrivateKey, parsePrivateKey, toOpensshPrivateKey } from '@sifaka/pki';
import type { SftpOptions } from './options.js';

interface ClientKey {
  /** As the SSH library reads it. */
  text: string;
  passphrase?: string;
}

/**
 * The key of the user. OpenSSH's own form goes as it is, every form of PEM is brought into it: the library reads no PKCS#8.
 *
 * @throws AppError `failed_precondition`, field `privateKey`, without a word of the key
 */
export async function clientKey({ privateKey, privateKeyPass }: Pick<SftpOptions, 'privateKey' | 'privateKeyPass'>, random: (length: number) => Uint8Array): Promise<ClientKey | null> {
  if (privateKey === undefined) return null;
  if (privateKey.includes('-----BEGIN OPENSSH PRIVATE KEY-----')) return { text: `${privateKey.trim()}\n`, ...(privateKeyPass !== undefined && { passphrase: privateKeyPass }) };
  try {
    const key = privateKeyPass === undefined || !privateKey.includes('ENCRYPTED') ? parsePrivateKey(privateKey) : await parseEncryptedPrivateKey(privateKey, privateKeyPass);
    return { text: toOpensshPrivateKey(key, '', random(4)) };
  } catch (error) {
    const words = error instanceof Error ? error.message : 'cannot be read';
    const path = `plugin.pluginOptions.${words.startsWith('passphrase') ? 'privateKeyPass' : 'privateKey'}`;
    throw new AppError('failed_precondition', `the private key of the user cannot be used: ${words}`, { reason: 'sftp.bad_key', fields: [{ path, message: words }], cause: error });
  }
}
