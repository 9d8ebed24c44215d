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
  private readonly stopListeners: (() => void)[] = [];
  private phase: 'starting' | 'running' | 'stopping' = 'starting';

  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** Everything is up: from now on the checks decide. */
  begin(): void {
    this.phase = 'running';
  }

  /** Told when the service begins to stop, before it waits for the calls in flight: the place to give up work that would outlast it. */
  onStop(listener: () => void): void {
    this.stopListeners.push(listener);
  }

  /** From now on the answer is no: whoever balances load sends nothing new. */
  stop(): void {
    if (this.phase === 'stopping') return;
    this.phase = 'stopping';
    for (const listener of this.stopListeners) listener();
  }

  async read(): Promise<Readiness> {
    if (this.phase !== 'running') return { isReady: false, checks: { service: this.phase } };
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
