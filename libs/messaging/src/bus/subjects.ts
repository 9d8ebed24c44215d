import { serviceNames, type RpcContract, type ServiceName } from '@sifaka/contracts';

/** Every reply to a user arrives below this prefix, and nobody else may listen there. */
export function inboxPrefix(user: string): string {
  return `_INBOX_${user}`;
}

/** The subject on which `caller` asks. The last word is the caller, so the broker's rights decide who may ask. */
export function callSubject(contract: RpcContract, caller: ServiceName): string {
  return `${contract.subject}.${caller}`;
}

/** Who asked, by the subject the broker let through. */
export function callerOf(subject: string): ServiceName | undefined {
  const last = subject.slice(subject.lastIndexOf('.') + 1);
  return serviceNames.find((name) => name === last);
}

/** Names of the message headers of a call. */
export const headerNames = {
  /** Milliseconds since 1970 after which nobody waits for the answer. */
  deadline: 'Sifaka-Deadline',
  /** Signed caller context. */
  caller: 'Sifaka-Caller',
  requestId: 'Sifaka-Request',
  traceparent: 'traceparent',
} as const;
