import { newId } from '@sifaka/kernel';
import type { ServiceName } from '@sifaka/contracts';
import { currentTraceId } from '@sifaka/observability';
import type { CallContext } from './call-context.js';

/** The call that a job or an event handler counts as: the service acting on its own account. */
export function backgroundCall(service: ServiceName, deadlineAt: Date, signal: AbortSignal): CallContext {
  return {
    principal: { kind: 'system', service },
    caller: service,
    deadlineAt,
    signal,
    traceId: currentTraceId(),
    requestId: newId(),
    token: null,
  };
}
