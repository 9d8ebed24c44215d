import { AppError } from '@sifaka/kernel';
import { parseEncryptedPrivateKey, parsePrivateKey, toOpensshPrivateKey } from '@sifaka/pki';
import { readAllowedFile } from '@sifaka/plugin-sdk';
import type { SshOptions } from './ssh-options.js';

interface ClientKey {
  /** As the SSH library reads it. */
  text: string;
  passphrase?: string;
}

type KeyOptions = Pick<SshOptions, 'privateKey' | 'privateKeyPath' | 'privateKeyPass' | 'keyFolders'>;

const maxKeyBytes = 32_768;

/**
 * The key of the user. OpenSSH's own form goes as it is, every form of PEM is brought into it: the library reads no PKCS#8.
 *
 * @throws AppError `failed_precondition`, field `privateKey`, `privateKeyPass` or `privateKeyPath`, without a word of the key
 */
export async function clientKey(options: KeyOptions, random: (length: number) => Uint8Array): Promise<ClientKey | null> {
  const { privateKeyPass } = options;
  const privateKey = options.privateKey ?? (options.privateKeyPath === undefined ? undefined : await keyFile(options.privateKeyPath, options.keyFolders ?? []));
  if (privateKey === undefined) return null;
  if (privateKey.includes('-----BEGIN OPENSSH PRIVATE KEY-----')) return { text: `${privateKey.trim()}\n`, ...(privateKeyPass !== undefined && { passphrase: privateKeyPass }) };
  try {
    const key = privateKeyPass === undefined || !privateKey.includes('ENCRYPTED') ? parsePrivateKey(privateKey) : await parseEncryptedPrivateKey(privateKey, privateKeyPass);
    return { text: toOpensshPrivateKey(key, '', random(4)) };
  } catch (error) {
    const words = error instanceof Error ? error.message : 'cannot be read';
    throw badKey(words.startsWith('passphrase') ? 'privateKeyPass' : 'privateKey', words, error);
  }
}

async function keyFile(path: string, folders: readonly string[]): Promise<string> {
  const text = await readAllowedFile('privateKeyPath', path, { folders, setting: 'SIFAKA_SSH_KEY_FOLDERS', maxBytes: maxKeyBytes });
  if (text === null) throw badKey('privateKeyPath', `there is no file ${path}`);
  return text;
}

function badKey(option: string, words: string, cause?: unknown): AppError {
  return new AppError('failed_precondition', `the private key of the user cannot be used: ${words}`, { reason: 'ssh.bad_key', fields: [{ path: `plugin.pluginOptions.${option}`, message: words }], cause });
}
