import { AsyncLocalStorage } from 'node:async_hooks';
import type { Principal, ServiceName } from '@sifaka/contracts';

/** What a handler knows of the call it answers. */
export interface CallContext {
  /** On whose behalf: the user whose context the gateway signed, else the calling service itself. */
  readonly principal: Principal;
  /** The service that sent the message; the broker's rights vouch for it. */
  readonly caller: ServiceName;
  /** After this moment nobody waits for the answer. */
  readonly deadlineAt: Date;
  readonly traceId: string | null;
  /** One id for everything that one outside request sets off. */
  readonly requestId: string;
  /** Aborts at the deadline. */
  readonly signal: AbortSignal;
  /** The signed context as it came, to be passed on; null when the caller acts on its own account. */
  readonly token: string | null;
}

const storage = new AsyncLocalStorage<CallContext>();

/** The call in progress, if this code runs inside a handler. */
export function currentCall(): CallContext | undefined {
  return storage.getStore();
}

/** Runs `work` as part of `call`: everything it awaits sees that call as `currentCall()`. */
export function runInCall<T>(call: CallContext, work: () => T): T {
  return storage.run(call, work);
}
