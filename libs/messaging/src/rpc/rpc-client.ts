import { AppError } from '@sifaka/kernel';
import type { OutputOf, Principal, RequestOf, RpcContract } from '@sifaka/contracts';

export interface CallOptions {
  /** On whose behalf; default: the principal of the call in progress, else the service itself. */
  principal?: Principal;
  /** A shorter limit than the contract's, in milliseconds. */
  timeoutMs?: number;
}

/** Asks other services. */
export class RpcClient {
  /**
   * @throws AppError with a code of the contract, `invalid_argument` (input refused, `fields` set), `unavailable` (nobody
   * answers, or not in time), `permission_denied` (the broker refuses the subject) or `internal`.
   */
  call<C extends RpcContract>(contract: C, _input: RequestOf<C>, _options: CallOptions = {}): Promise<OutputOf<C>> {
    return Promise.reject(new AppError('unavailable', `not connected: ${contract.subject}`));
  }
}
