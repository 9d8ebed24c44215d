import { AppError, isAppError } from '@sifaka/kernel';

/** SSH_FX codes (draft-ietf-secsh-filexfer-02 section 7). */
const noSuchFile = 2;
const permissionDenied = 3;

export function sftpFault(what: string, error: Error): AppError {
  const code = 'code' in error && typeof error.code === 'number' ? error.code : null;
  const detail = `${what}: ${error.message}`;
  if (code === noSuchFile) return new AppError('not_found', detail, { reason: 'ssh.missing', cause: error });
  if (code === permissionDenied) return new AppError('permission_denied', detail, { reason: 'ssh.permission', cause: error });
  return new AppError('upstream_failed', detail, { reason: 'ssh.failure', cause: error });
}

/** Whether it is a refusal of one request, by a server that is there. */
export const isFault = (error: unknown): boolean => isAppError(error) && ['ssh.missing', 'ssh.permission', 'ssh.failure'].includes(error.reason ?? '');

export async function unlessMissing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isAppError(error) && error.reason === 'ssh.missing') return null;
    throw error;
  }
}
