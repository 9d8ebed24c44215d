import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { ServerNats } from '@nestjs/microservices';
import { AppError, toAppError } from '@sifaka/kernel';
import type { RpcContract, ServiceName } from '@sifaka/contracts';
import { currentTraceId, inSpan, withTrace } from '@sifaka/observability';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Bus } from '../bus/bus.js';
import { callerOf, headerNames, inboxPrefix } from '../bus/subjects.js';
import type { Log } from '../bus/log.js';
import { runInCall } from './call-context.js';
import type { CallerContextVerifier } from './caller-context.js';
import { IncomingCall, acceptableRequestId } from './incoming-call.js';
import { decodeRequest, encodeError, encodeResponse, type Request } from './packet.js';
import { secondsSince, serverDuration } from './rpc-metrics.js';
import { parseInput, parseOutput } from './validation.js';

interface ServerOptions {
  service: ServiceName;
  log: Log;
  /** Without it no user can be served, only services acting on their own account. */
  verifier?: CallerContextVerifier;
}

type Answer = (input: unknown, call: IncomingCall) => Promise<unknown>;

/**
 * Nest's NATS transport, with replies to everything and an end that loses nothing: it stops taking, answers what it has, and
 * only then lets the connection go.
 */
export class DrainingServerNats extends ServerNats {
  private readonly taken: Subscription[] = [];
  private inFlight = 0;
  private idle: (() => void) | undefined;
  private drainMs = drainLimitMs;

  constructor(
    private readonly bus: Bus,
    private readonly settings: ServerOptions,
  ) {
    super({});
  }

  override createNatsClient(): Promise<NatsConnection> {
    return Promise.resolve(this.bus.connection);
  }

  /** The bus itself watches its connection. */
  override handleStatusUpdates(): Promise<void> {
    return Promise.resolve();
  }

  /** Started means that calls arrive: the broker has confirmed what was subscribed, so that no caller is told that nobody answers. */
  override start(callback: (error?: unknown) => void): void {
    this.bindEvents(this.bus.connection);
    this.bus.connection.flush().then(() => callback(), callback);
  }

  override bindEvents(connection: NatsConnection): void {
    for (const [pattern, handler] of this.messageHandlers) {
      const contract = declaredContract(handler.extras);
      if (contract === undefined) throw new Error(`handler of "${pattern}" has no contract: declare it with @Handles`);
      const answer: Answer = (input, call) => Promise.resolve(handler(input, call));
      const subscription = connection.subscribe(pattern, {
        queue: this.settings.service,
        callback: (error, message) => {
          if (error === null) this.admit(contract, answer, message);
          else this.settings.log.error({ err: error, subject: pattern }, 'subscription refused');
        },
      });
      this.taken.push(subscription);
    }
  }

  /** How long `close` waits for the answers, in milliseconds. */
  drainWithin(limitMs: number): void {
    this.drainMs = limitMs;
  }

  /** Stops taking calls and waits until those taken are answered, within the limit. The bus stays open. */
  override async close(): Promise<void> {
    const subscriptions = this.taken.splice(0);
    await Promise.allSettled(subscriptions.map((subscription) => subscription.drain()));
    if (this.inFlight > 0) await this.waitUntilIdle();
    if (!this.bus.connection.isClosed()) await this.bus.connection.flush().catch(() => undefined);
    this.statusEventEmitter.removeAllListeners();
  }

  private async waitUntilIdle(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.drainMs)));
    await Promise.race([limit, new Promise<void>((resolve) => (this.idle = resolve))]);
    clearTimeout(timer);
    if (this.inFlight > 0) this.settings.log.error({ calls: this.inFlight }, 'stopped before every call was answered');
  }

  /**
   * Takes only what wants its reply in the asker's own inbox: with any other reply subject the asker would make us publish, with
   * our rights, where it may not.
   */
  private admit(contract: RpcContract, answer: Answer, message: Msg): void {
    const prefix = `${inboxPrefix(message.subject.slice(message.subject.lastIndexOf('.') + 1))}.`;
    if (message.reply?.startsWith(prefix) === true) void this.take(contract, answer, message);
    else
      this.settings.log.error(
        { subject: message.subject, replyTo: message.reply },
        'dropped a call that wants its reply elsewhere than in the inbox of its caller',
      );
  }

  private async take(contract: RpcContract, answer: Answer, message: Msg): Promise<void> {
    this.inFlight += 1;
    const startedAt = performance.now();
    const code = await withTrace(
      { traceparent: header(message, headerNames.traceparent) },
      () => this.reply(contract, answer, message),
      this.settings,
    );
    serverDuration.record(secondsSince(startedAt), { subject: contract.subject, code, service: this.settings.service });
    this.inFlight -= 1;
    if (this.inFlight === 0) this.idle?.();
  }

  /** Answers in any case; returns the code of the outcome. */
  private async reply(contract: RpcContract, answer: Answer, message: Msg): Promise<string> {
    let id: Request['id'];
    try {
      if (this.inFlight > inFlightLimit) throw overloaded(this.settings.service);
      const request = decodeRequest(message.string());
      id = request.id;
      const text = await inSpan(contract.subject, { kind: 'server' }, async () => {
        const output = await this.run(contract, answer, message, request.data);
        return encodeResponse(parseOutput(contract.output, output, contract.subject), request.id);
      });
      this.respond(message, this.fitting(text, contract));
      return 'ok';
    } catch (error) {
      const fault = toAppError(error);
      if (fault.code === 'internal') this.settings.log.error({ err: fault.cause ?? fault, subject: contract.subject }, 'call failed');
      this.respond(message, encodeError(fault.toData(), id));
      return fault.code;
    }
  }

  private async run(contract: RpcContract, answer: Answer, message: Msg, data: unknown): Promise<unknown> {
    const call = this.incomingCall(contract, message);
    try {
      const input = parseInput(contract.input, data);
      return await runInCall(call, async () => {
        const result = await answer(input, call);
        return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
      });
    } finally {
      call.finish();
    }
  }

  private incomingCall(contract: RpcContract, message: Msg): IncomingCall {
    const caller = callerOf(message.subject);
    if (caller === undefined || !contract.callers.includes(caller)) {
      throw new AppError('permission_denied', `"${message.subject}" ends with no service that may call ${contract.subject}`);
    }
    const now = Date.now();
    const deadline = Number(header(message, headerNames.deadline) ?? now + contract.timeoutMs);
    if (!(deadline > now))
      throw new AppError('unavailable', `the call reached ${this.settings.service} after its deadline`, { reason: 'rpc.deadline' });
    const token = header(message, headerNames.caller) ?? null;
    return new IncomingCall({
      principal: this.principal(caller, token),
      caller,
      deadlineAt: new Date(Math.min(deadline, now + contract.timeoutMs + skewMs)),
      traceId: currentTraceId(),
      requestId: acceptableRequestId(header(message, headerNames.requestId)),
      token,
    });
  }

  private principal(caller: ServiceName, token: string | null) {
    if (token !== null) {
      if (this.settings.verifier === undefined) {
        throw new AppError(
          'unauthenticated',
          `${this.settings.service} has no key to check the caller context with: set SIFAKA_CALLER_PUBLIC_KEY`,
        );
      }
      return this.settings.verifier.principal(token);
    }
    // The gateway acts for somebody, always; what it does for itself it signs as itself.
    if (caller === 'gateway') throw new AppError('unauthenticated', 'the gateway asked without a caller context');
    return { kind: 'system', service: caller } as const;
  }

  private respond(message: Msg, text: string): void {
    try {
      message.respond(text);
    } catch (error) {
      this.settings.log.error({ err: error, subject: message.subject }, 'the answer could not be sent');
    }
  }

  private fitting(text: string, contract: RpcContract): string {
    const limit = this.bus.connection.info?.max_payload ?? defaultMaxPayload;
    const size = Buffer.byteLength(text);
    if (size <= limit) return text;
    this.settings.log.error({ subject: contract.subject, sizeBytes: size, limitBytes: limit }, 'the answer is too large for a message');
    throw new AppError('failed_precondition', `the answer has ${size} bytes, a message may have ${limit}: ask for less at once`, {
      reason: 'rpc.too_large',
    });
  }
}

/** A pod gets ten seconds to stop; four are left for the rest. */
const drainLimitMs = 6_000;
/** Beyond this a replica only collects work that nobody will wait for. */
const inFlightLimit = 2_000;
const defaultMaxPayload = 1_048_576;
/** A caller whose clock runs ahead cannot buy much more time than the contract grants. */
const skewMs = 5_000;

function declaredContract(extras: Record<string, unknown> | undefined): RpcContract | undefined {
  const contract = extras?.contract;
  return isContract(contract) ? contract : undefined;
}

function isContract(value: unknown): value is RpcContract {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'rpc';
}

function header(message: Msg, name: string): string | undefined {
  const value = message.headers?.get(name);
  return value === '' ? undefined : value;
}

function overloaded(service: ServiceName): AppError {
  return new AppError('unavailable', `${service} has ${inFlightLimit} calls in progress`, {
    reason: 'rpc.overloaded',
    retryAfterMs: 1_000,
  });
}
