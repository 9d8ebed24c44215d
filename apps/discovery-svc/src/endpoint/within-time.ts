import { AppError } from '@sifaka/kernel';

/** @throws AppError `upstream_timeout` when the work takes longer; it may go on unheard */
export async function withinTime<T>(work: Promise<T>, what: string, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('upstream_timeout', `${what} took longer than ${limitMs / 1_000} s`, { reason: 'source.timeout' })), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
