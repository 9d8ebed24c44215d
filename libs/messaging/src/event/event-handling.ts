import { isAppError, type Clock } from '@sifaka/kernel';
import type { EventContract, ServiceName } from '@sifaka/contracts';
import { currentTraceId, inSpan, withTrace } from '@sifaka/observability';
import type { Log } from '../bus/log.js';
import { backgroundCall } from '../rpc/background-call.js';
import { runInCall } from '../rpc/call-context.js';
import { secondsSince } from '../rpc/rpc-metrics.js';
import { CloudEvent } from './cloud-event.js';
import { givenUp, handling } from './event-metrics.js';
import type { EventFault, HeardEvents } from './heard-events.js';
import type { EventSubscription } from './on-event.js';

/** A listening method together with the instance it is called on. */
export interface BoundSubscription {
  subscription: EventSubscription;
  self: object;
}

export interface Delivery {
  text: string;
}

export type Outcome = { kind: 'done' } | { kind: 'later'; delayMs: number } | { kind: 'never' };

interface EventHandlingOptions {
  service: ServiceName;
  heard: Pick<HeardEvents, 'has' | 'add' | 'note' | 'noteFault'>;
  clock: Clock;
  log: Log;
  /** Pauses after the first, second, … try in vain; an event is given up after as many and one more, and no sooner than all of them together. */
  pausesMs?: readonly number[];
}

interface Fault {
  bound: BoundSubscription;
  text: string;
  known: EventFault;
}

/** Decides what becomes of one delivered event: whom to tell, whether it was told before, when to try again. */
export class EventHandling {
  private readonly pausesMs: readonly number[];
  private readonly patienceMs: number;

  constructor(private readonly options: EventHandlingOptions) {
    this.pausesMs = options.pausesMs ?? pausesMs;
    this.patienceMs = this.pausesMs.reduce((sum, pause) => sum + pause, 0);
  }

  /** @throws when what went wrong could not be written down: that delivery was none that was tried */
  async handle(contract: EventContract, group: readonly BoundSubscription[], delivery: Delivery): Promise<Outcome> {
    const envelope = readEnvelope(contract, delivery.text);
    if (envelope === undefined) {
      for (const { subscription } of group) await this.giveUp(subscription, contract, 'it does not fit its contract');
      return { kind: 'never' };
    }
    const carrier = { traceparent: envelope.traceparent };
    const results = await withTrace(carrier, () => Promise.all(group.map((bound) => this.tell(bound, envelope))), this.options);
    const faults = results.filter((fault) => fault !== undefined);
    if (faults.length === 0) return { kind: 'done' };

    const delays = faults.map(({ known }) => this.delayMs(known)).filter((delayMs) => delayMs !== null);
    if (delays.length > 0) return { kind: 'later', delayMs: Math.min(...delays) };
    for (const { bound, text } of faults) await this.giveUp(bound.subscription, contract, `event ${envelope.id}: ${text}`);
    return { kind: 'never' };
  }

  /** Null when it has failed for so long, and so often, that nobody waits for it: a service that was stopped for a day has not tried for a day. */
  private delayMs({ times, since }: EventFault): number | null {
    const failedForMs = this.options.clock.now().getTime() - since.getTime();
    return times > this.pausesMs.length && failedForMs >= this.patienceMs ? null : (this.pausesMs[times - 1] ?? this.pausesMs.at(-1) ?? null);
  }

  /** Undefined when it was told, now or earlier. */
  private async tell(bound: BoundSubscription, envelope: CloudEvent): Promise<Fault | undefined> {
    const { durable, isIdempotent = false } = bound.subscription;
    const { service, heard, clock, log } = this.options;
    if (!isIdempotent && (await heard.has(durable, envelope.id))) return undefined;
    const startedAt = performance.now();
    const consumer = `${service}/${durable}`;
    const call = backgroundCall(service, new Date(clock.now().getTime() + timeLimitMs), AbortSignal.timeout(timeLimitMs));
    try {
      await inSpan(`event ${envelope.type}`, { kind: 'consumer' }, () =>
        runInCall(call, () => bound.subscription.hear(bound.self, envelope)),
      );
      if (!isIdempotent) await heard.add(durable, envelope.id);
      handling.record(secondsSince(startedAt), { consumer, outcome: 'ok' });
      return undefined;
    } catch (error) {
      handling.record(secondsSince(startedAt), { consumer, outcome: 'failed' });
      log.error({ err: error, consumer, event: envelope.id, type: envelope.type }, 'event could not be handled');
      const text = describe(error);
      return { bound, text, known: await heard.noteFault(durable, envelope.id, text, clock.now()) };
    }
  }

  private async giveUp({ durable }: EventSubscription, contract: EventContract, why: string): Promise<void> {
    const { service, heard, clock, log } = this.options;
    givenUp.add(1, { consumer: `${service}/${durable}` });
    log.error({ consumer: durable, type: contract.subject }, `gave up on an event: ${why}`);
    await heard.note(durable, `gave up on ${contract.subject}: ${why}`, clock.now());
  }
}

/** Eleven tries in about a day. */
const pausesMs = [1_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 10_800_000, 21_600_000, 43_200_000];
/** What a handler asks of other services must be answered within this time. */
const timeLimitMs = 60_000;

function readEnvelope(contract: EventContract, text: string): CloudEvent | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const envelope = CloudEvent.safeParse(json);
  const fits = envelope.success && envelope.data.type === contract.subject && contract.data.safeParse(envelope.data.data).success;
  return fits ? envelope.data : undefined;
}

/** An AppError's words hold no secret; those of others may. */
function describe(error: unknown): string {
  return isAppError(error) && error.code !== 'internal'
    ? `${error.code}: ${error.message}`
    : `internal error, trace ${currentTraceId() ?? 'unknown'}`;
}
