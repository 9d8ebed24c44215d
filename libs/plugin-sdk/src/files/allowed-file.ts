import { open, realpath } from 'node:fs/promises';
import { normalize, relative, sep } from 'node:path';
import { AppError, isAppError } from '@sifaka/kernel';

export interface AllowedFiles {
  /** That the administrator of the installation opened, with all below them. */
  folders: readonly string[];
  /** Name of the setting that opens them, for the refusal. */
  setting: string;
  maxBytes: number;
}

/**
 * Text of a file of this machine that an option names; null when it is not there. Whoever may set options must not be able to have any
 * file read: it lies in a folder that an administrator opened, itself and what it is a link to.
 *
 * @throws AppError `failed_precondition` with the field of the option, for a file that must not or cannot be read
 */
export async function readAllowedFile(option: string, path: string, { folders, setting, maxBytes }: AllowedFiles): Promise<string | null> {
  const outside = () => refused(option, `${path} is in no folder that ${setting} of this installation allows`);
  // What is not allowed is not even looked for: nobody learns by it which files there are.
  if (!folders.some((folder) => isBelow(normalize(folder), normalize(path)))) throw outside();
  const real = await realpath(path).catch(() => null);
  if (real === null) return null;
  const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  if (!roots.some((root) => isBelow(root, real))) throw outside();
  return readSmallFile(option, real, maxBytes);
}

/**
 * Text of a regular file, whole; null when it is not there.
 *
 * @throws AppError `failed_precondition` with the field of the option
 */
export async function readSmallFile(option: string, path: string, maxBytes: number): Promise<string | null> {
  try {
    const file = await open(path, 'r');
    try {
      const found = await file.stat();
      if (!found.isFile() || found.size > maxBytes) throw refused(option, `${path} is no file of at most ${maxBytes} bytes`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isAppError(error)) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault';
    if (code === 'ENOENT') return null;
    throw refused(option, `${path} cannot be read (${code})`);
  }
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

const refused = (option: string, message: string): AppError =>
  new AppError('failed_precondition', `${option}: ${message}`, { reason: 'plugin.file', fields: [{ path: `plugin.pluginOptions.${option}`, message }] });
