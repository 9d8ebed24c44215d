import { readFile, realpath, stat } from 'node:fs/promises';
import { normalize, relative, sep } from 'node:path';
import { AppError, isAppError } from '@sifaka/kernel';
import { parseEncryptedPrivateKey, parsePrivateKey, toOpensshPrivateKey } from '@sifaka/pki';
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

/** What an administrator has not allowed is not even looked for: nobody learns by it which files there are. */
async function keyFile(path: string, folders: readonly string[]): Promise<string> {
  if (!folders.some((folder) => isBelow(normalize(folder), normalize(path)))) throw badKey('privateKeyPath', `${path} is in no folder that SIFAKA_SSH_KEY_FOLDERS of this installation allows`);
  try {
    const [file, ...allowed] = await Promise.all([realpath(path), ...folders.map((folder) => realpath(folder).catch(() => folder))]);
    if (!allowed.some((folder) => isBelow(folder, file))) throw badKey('privateKeyPath', `${path} is a link that leads out of the folders that SIFAKA_SSH_KEY_FOLDERS of this installation allows`);
    const found = await stat(file);
    if (!found.isFile() || found.size > maxKeyBytes) throw badKey('privateKeyPath', `${path} is no file of at most ${maxKeyBytes} bytes`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isAppError(error)) throw error;
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown fault';
    throw badKey('privateKeyPath', `${path} cannot be read (${code})`, error);
  }
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

function badKey(option: string, words: string, cause?: unknown): AppError {
  return new AppError('failed_precondition', `the private key of the user cannot be used: ${words}`, { reason: 'ssh.bad_key', fields: [{ path: `plugin.pluginOptions.${option}`, message: words }], cause });
}
