import { MsgHdrsImpl, type MsgHdrs } from '@nats-io/transport-node';
import { AppError, newId, toAppError } from '@sifaka/kernel';
import type { OutputOf, Principal, RequestOf, RpcContract, ServiceName } from '@sifaka/contracts';
import { currentTraceparent, inSpan } from '@sifaka/observability';
import type { Bus } from '../bus/bus.js';
import { callSubject, headerNames } from '../bus/subjects.js';
import { currentCall, type CallContext } from './call-context.js';
import type { CallerContextSigner } from './caller-context.js';
import { decodeReply, encodeRequest } from './packet.js';
import { clientDuration, secondsSince } from './rpc-metrics.js';
import { localFault, mayRetry } from './transport-errors.js';
import { parseInput, parseOutput } from './validation.js';

export interface CallOptions {
  /** On whose behalf; default: the principal of the call in progress, else the service itself. */
  principal?: Principal;
  /** A shorter limit than the contract's, in milliseconds. */
  timeoutMs?: number;
}

/** Asks other services. */
export class RpcClient {
  /** @param signer the gateway's alone: who has it speaks for users, the others pass on what they were given. */
  constructor(
    private readonly bus: Bus,
    private readonly service: ServiceName,
    private readonly signer?: CallerContextSigner,
  ) {}

  /**
   * @throws AppError with a code of the contract, `invalid_argument` (input refused, `fields` set), `unavailable` (nobody
   * answers, or not in time), `permission_denied` (the broker refuses the subject) or `internal`.
   */
  async call<C extends RpcContract>(contract: C, input: RequestOf<C>, options: CallOptions = {}): Promise<OutputOf<C>> {
    const startedAt = performance.now();
    let code = 'ok';
    try {
      return await inSpan(contract.subject, { kind: 'client' }, () => this.ask(contract, input, options));
    } catch (error) {
      code = toAppError(error).code;
      throw error;
    } finally {
      clientDuration.record(secondsSince(startedAt), { subject: contract.subject, code, service: this.service });
    }
  }

  private async ask<C extends RpcContract>(contract: C, input: RequestOf<C>, options: CallOptions): Promise<OutputOf<C>> {
    parseInput(contract.input, input);
    const call = currentCall();
    const deadline = nearestDeadline(contract, options, call);
    const headers = this.headers(options, call, deadline);
    const packet = encodeRequest(contract.subject, input, newId());
    this.refuseOversize(packet, contract);

    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await this.send(contract, packet, headers, deadline);
        return parseOutput<C['output']>(contract.output, answer, contract.subject);
      } catch (error) {
        const pauseMs = retryPausesMs[attempt];
        if (!contract.idempotent || pauseMs === undefined || !mayRetry(error) || Date.now() + pauseMs >= deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  private async send(contract: RpcContract, packet: string, headers: MsgHdrs, deadline: number): Promise<unknown> {
    const leftMs = deadline - Date.now();
    if (leftMs < 1) throw new AppError('unavailable', `no time was left to ask ${contract.service}`, { reason: 'rpc.deadline' });
    // Buffered until the server is back, a request would only wait for its timeout.
    if (!this.bus.isConnected)
      throw new AppError('unavailable', 'the connection to NATS is lost', { reason: 'rpc.disconnected', cause: new Error('disconnected') });
    let reply: string;
    try {
      const message = await this.bus.connection.request(callSubject(contract, this.service), packet, { timeout: leftMs, headers });
      reply = message.string();
    } catch (error) {
      throw localFault(error, contract, this.service);
    }
    return decodeReply(reply);
  }

  private headers(options: CallOptions, call: CallContext | undefined, deadline: number): MsgHdrs {
    const token = this.token(options.principal ?? call?.principal, call);
    const traceparent = currentTraceparent();
    return MsgHdrsImpl.fromRecord({
      [headerNames.deadline]: [String(deadline)],
      [headerNames.requestId]: [call?.requestId ?? newId()],
      ...(token !== null && { [headerNames.caller]: [token] }),
      ...(traceparent !== undefined && { [headerNames.traceparent]: [traceparent] }),
    });
  }

  private token(principal: Principal | undefined, call: CallContext | undefined): string | null {
    if (call !== undefined && call.token !== null && principal === call.principal) return call.token;
    if (this.signer !== undefined) {
      if (principal === undefined) throw bug('the gateway asks without saying on whose behalf');
      return this.signer.token(principal);
    }
    // Another service's account is not passed on: each hop of a background job acts as itself.
    if (principal === undefined || principal.kind === 'system') return null;
    throw bug(`${this.service} cannot speak for a user it was not asked by`);
  }

  private refuseOversize(packet: string, contract: RpcContract): void {
    const limit = this.bus.connection.info?.max_payload ?? defaultMaxPayload;
    const size = Buffer.byteLength(packet) + headerReserve;
    if (size <= limit) return;
    throw new AppError('failed_precondition', `the request to ${contract.service} has ${size} bytes, a message may have ${limit}`, {
      reason: 'rpc.too_large',
    });
  }
}

/** Two retries within 60 ms bridge a replica that just left its queue group; a longer outage is the caller's to judge. */
const retryPausesMs = [15, 40];
const defaultMaxPayload = 1_048_576;
/** The headers count too; the signed context is the largest. */
const headerReserve = 1_024;
/** Kept back at each hop, so that the answer "too late" still arrives in time. */
const hopReserveMs = 20;

function nearestDeadline(contract: RpcContract, options: CallOptions, call: CallContext | undefined): number {
  const own = Date.now() + Math.min(contract.timeoutMs, options.timeoutMs ?? contract.timeoutMs);
  return call === undefined ? own : Math.min(own, call.deadlineAt.getTime() - hopReserveMs);
}

function bug(text: string): AppError {
  return new AppError('internal', 'internal error', { cause: new Error(text) });
}
