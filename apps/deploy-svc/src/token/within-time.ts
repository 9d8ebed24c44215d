import { AppError } from '@sifaka/kernel';

/** Plugins have limits for each of their requests; this one is for a plugin that makes too many of them. */
export const pluginLimitMs = 90_000;

/** @throws AppError `upstream_timeout` when the work takes longer; it may go on unheard */
export async function withinTime<T>(work: Promise<T>, what: string, limitMs = pluginLimitMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('upstream_timeout', `${what} took longer than ${limitMs / 1_000} s`, { reason: 'destination.timeout' })), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
