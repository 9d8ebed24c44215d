import { newId } from '@sifaka/kernel';
import type { Principal, ServiceName } from '@sifaka/contracts';
import type { CallContext } from './call-context.js';

interface IncomingCallOptions {
  principal: Principal;
  caller: ServiceName;
  deadlineAt: Date;
  traceId: string | null;
  requestId: string;
  token: string | null;
}

/** A call as the transport received it. The abort signal is made when someone asks for it: most handlers do not. */
export class IncomingCall implements CallContext {
  readonly principal: Principal;
  readonly caller: ServiceName;
  readonly deadlineAt: Date;
  readonly traceId: string | null;
  readonly requestId: string;
  readonly token: string | null;
  private controller: AbortController | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: IncomingCallOptions) {
    this.principal = options.principal;
    this.caller = options.caller;
    this.deadlineAt = options.deadlineAt;
    this.traceId = options.traceId;
    this.requestId = options.requestId;
    this.token = options.token;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      const controller = new AbortController();
      this.controller = controller;
      this.timer = setTimeout(() => controller.abort(), Math.max(0, this.deadlineAt.getTime() - Date.now()));
    }
    return this.controller.signal;
  }

  /** The answer is out: nothing is left to abort. */
  finish(): void {
    clearTimeout(this.timer);
  }
}

/** Ids that came from outside are taken over when they are harmless in headers and logs. */
export function acceptableRequestId(text: string | undefined): string {
  return text !== undefined && /^[\w.:-]{1,64}$/.test(text) ? text : newId();
}
