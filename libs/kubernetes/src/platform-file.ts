import { open, realpath } from 'node:fs/promises';
import { normalize, relative, sep } from 'node:path';
import { AppError } from '@sifaka/kernel';
import { serviceAccountFolder, type ConnectionOptions } from './connection-options.js';

/** A token is below 2 kB, a bundle of CAs below 100. */
const maxFileBytes = 256 * 1024;

/** Names by which pods know the API server of their own cluster. */
const ownCluster = new Set(['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local']);

/**
 * Text of a file of this machine that an option names; null when it is not there. Whoever may set options must not be able to send any file
 * anywhere: what the kubelet gave this pod goes to its own cluster alone, everything else lies in a folder that an administrator opened.
 *
 * @throws AppError `failed_precondition` with the field, for a file that must not or cannot be read
 */
export async function readPlatformFile(option: keyof ConnectionOptions | 'kubernetesNamespaceFile', path: string, { url, folders }: FileTerms): Promise<string | null> {
  const isOwn = path.startsWith(`${serviceAccountFolder}/`) && !path.includes('/../');
  if (isOwn) return ownCluster.has(new URL(url).hostname.replace(/\.$/, '')) ? read(option, path) : null;
  const outside = () => refused(option, `${path} is in no folder that SIFAKA_KUBERNETES_FILE_FOLDERS of this installation allows`);
  // What is not allowed is not even looked for: nobody learns by it which files there are.
  if (!folders.some((folder) => isBelow(normalize(folder), normalize(path)))) throw outside();
  const real = await realpath(path).catch(() => null);
  if (real === null) return null;
  const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  if (!roots.some((root) => isBelow(root, real))) throw outside();
  return read(option, real);
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

export interface FileTerms {
  /** Of the API server. */
  url: string;
  /** That an administrator opened. */
  folders: readonly string[];
}

async function read(option: string, path: string): Promise<string | null> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > maxFileBytes) throw refused(option, `${path} has ${size} bytes, and more than ${maxFileBytes} are not read`);
      return (await file.readFile('utf8')).trim();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault';
    if (code === 'ENOENT') return null;
    throw refused(option, `${path} cannot be read (${code})`);
  }
}

const refused = (option: string, message: string): AppError =>
  new AppError('failed_precondition', `${option}: ${message}`, { reason: 'kubernetes.file', fields: [{ path: `plugin.pluginOptions.${option}`, message }] });
