import { isNativeError } from 'node:util/types';

/** Asked by `/readyz`: resolves when the service can do its work, throws with a reason that may be shown when it cannot. */
export type ReadinessCheck = () => Promise<void> | void;

export interface Readiness {
  isReady: boolean;
  /** `ok`, or why not, per check. */
  checks: Record<string, string>;
}

/** Longest time of one check: a probe of Kubernetes waits for one second by default. */
const checkLimitMs = 900;

/** What must hold before a service is given work. Injectable: a provider adds its own check in its constructor. */
export class ReadinessChecks {
  private readonly checks = new Map<string, ReadinessCheck>();
  private isStopping = false;

  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** From now on the answer is no: whoever balances load sends nothing new. */
  stop(): void {
    this.isStopping = true;
  }

  async read(): Promise<Readiness> {
    if (this.isStopping) return { isReady: false, checks: { service: 'stopping' } };
    const results = await Promise.all([...this.checks].map(async ([name, check]) => [name, await outcome(check)] as const));
    return { isReady: results.every(([, result]) => result === 'ok'), checks: Object.fromEntries(results) };
  }
}

async function outcome(check: ReadinessCheck): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((resolve) => (timer = setTimeout(() => resolve('no answer in time'), checkLimitMs)));
  try {
    return await Promise.race([limit, Promise.resolve(check()).then(() => 'ok')]);
  } catch (error) {
    return isNativeError(error) ? error.message : 'failed';
  } finally {
    clearTimeout(timer);
  }
}
