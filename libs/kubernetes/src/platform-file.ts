import { readAllowedFile, readSmallFile } from '@sifaka/plugin-sdk';
import { serviceAccountFolder, type ConnectionOptions } from './connection-options.js';

/** A token is below 2 kB, a bundle of CAs below 100. */
const maxBytes = 256 * 1024;

/** Names by which pods know the API server of their own cluster. */
const ownCluster = new Set(['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local']);

export interface FileTerms {
  /** Of the API server. */
  url: string;
  /** That an administrator opened. */
  folders: readonly string[];
}

/**
 * Text of a file of this machine that an option names; null when it is not there. What the kubelet gave this pod goes to its own cluster alone,
 * everything else lies in a folder that an administrator opened.
 *
 * @throws AppError `failed_precondition` with the field, for a file that must not or cannot be read
 */
export async function readPlatformFile(option: keyof ConnectionOptions | 'kubernetesNamespaceFile', path: string, { url, folders }: FileTerms): Promise<string | null> {
  const isOwn = path.startsWith(`${serviceAccountFolder}/`) && !path.includes('/../');
  if (isOwn && !ownCluster.has(new URL(url).hostname.replace(/\.$/, ''))) return null;
  const text = isOwn ? await readSmallFile(option, path, maxBytes) : await readAllowedFile(option, path, { folders, setting: 'SIFAKA_KUBERNETES_FILE_FOLDERS', maxBytes });
  return text?.trim() ?? null;
}
