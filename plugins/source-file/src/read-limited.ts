import { constants } from 'node:fs';
import { open, readlink } from 'node:fs/promises';
import { codeOf, isBelow } from './walk.js';

/** The bytes, or why there are none. */
export type ReadFile = { bytes: Buffer } | { reason: string };

/**
 * Reads a plain file below the root. What is opened is looked at once more: a folder that became a link between our look and our reading
 * leads nowhere, and a pipe or a device is never waited for.
 */
export async function readLimited(root: string, realPath: string, maxBytes: number): Promise<ReadFile> {
  try {
    const file = await open(realPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile()) return { reason: 'it is no plain file' };
      const opened = await readlink(`/proc/self/fd/${file.fd}`).catch(() => realPath);
      if (!isBelow(root, opened)) return { reason: 'it leads out of the folder' };
      if (found.size > maxBytes) return { reason: `it has ${found.size} bytes, and more than ${maxBytes} are not read` };
      const bytes = Buffer.alloc(found.size);
      const { bytesRead } = await file.read(bytes, 0, found.size, 0);
      return { bytes: bytes.subarray(0, bytesRead) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { reason: `it cannot be read (${codeOf(error)})` };
  }
}
