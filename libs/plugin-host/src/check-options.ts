import { AppError, isAppError } from '@sifaka/kernel';
import type { PluginLifecycle } from '@sifaka/plugin-sdk';

interface CheckTerms {
  /** Field that is at fault when the other side does not accept the options. */
  path: string;
  /** Shorter than the call that waits for it. */
  timeoutMs: number;
}

/**
 * Lets a plugin prove its options before they are stored: that the other side is there and accepts them. Nothing for a plugin that has no
 * `check`.
 *
 * @throws AppError `invalid_argument` with the plugin's own words for what can never succeed as given; the other side's faults as they are
 */
export async function checkOptions(instance: PluginLifecycle, { path, timeoutMs }: CheckTerms): Promise<void> {
  if (instance.check === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('upstream_timeout', `${path}: the connection check had no answer within ${timeoutMs} ms`, { reason: 'plugin.check_timeout' })), timeoutMs);
  });
  try {
    await Promise.race([instance.check(), limit]);
  } catch (error) {
    throw isAppError(error) && refusals.has(error.code) ? refused(error, path) : error;
  } finally {
    clearTimeout(timer);
  }
}

const refusals: ReadonlySet<string> = new Set(['failed_precondition', 'permission_denied', 'unauthenticated', 'not_found', 'invalid_argument']);

function refused(error: AppError, path: string): AppError {
  const fields = error.fields ?? [{ path, message: error.message }];
  return new AppError('invalid_argument', `${path}: ${error.message}`, { reason: error.reason ?? 'plugin.check_failed', fields, cause: error });
}
