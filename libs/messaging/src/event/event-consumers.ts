import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { EventContract, ServiceName } from '@sifaka/contracts';
import type { Bus } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import { durableName, streamName } from '../rights/durables.js';
import type { EventHandling, BoundSubscription } from './event-handling.js';
import { pending } from './event-metrics.js';

/**
 * Hears events: one durable consumer per event and service, shared by its replicas and by all subscriptions of the service to
 * that event.
 */
export class EventConsumers {
  private readonly open = new Set<ConsumerMessages>();
  private readonly loops: Promise<void>[] = [];
  private isRunning = false;
  private readonly stopping = new AbortController();

  constructor(
    private readonly bus: Bus,
    private readonly service: ServiceName,
    private readonly handling: EventHandling,
    private readonly log: Log,
  ) {}

  start(subscriptions: readonly BoundSubscription[]): void {
    this.isRunning = true;
    for (const [contract, group] of byContract(subscriptions)) this.loops.push(this.listen(contract, group));
  }

  /** Takes no more events and waits for those in hand; what is not done within the limit is delivered again. */
  async stop(limitMs = stopLimitMs): Promise<void> {
    this.isRunning = false;
    this.stopping.abort();
    for (const messages of this.open) messages.stop();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise((resolve) => (timer = setTimeout(resolve, limitMs)));
    await Promise.race([limit, Promise.allSettled(this.loops.splice(0))]);
    clearTimeout(timer);
  }

  /** True when the consumer exists and is being read. */
  isListening(): boolean {
    return this.loops.length === 0 || this.open.size === this.loops.length;
  }

  private async listen(contract: EventContract, group: readonly BoundSubscription[]): Promise<void> {
    let hasFailed = false;
    while (this.isRunning) {
      try {
        await this.ensureDurable(contract);
        await this.read(contract, group);
        hasFailed = false;
      } catch (error) {
        if (!hasFailed) this.log.warn({ err: error, event: contract.subject }, 'cannot hear events for now');
        hasFailed = true;
      }
      if (!this.stopping.signal.aborted) await this.rest();
    }
  }

  private async ensureDurable(contract: EventContract): Promise<void> {
    const { consumers } = await jetstreamManager(this.bus.connection, { checkAPI: false });
    await consumers.add(streamName, {
      durable_name: durableName(this.service, contract),
      // Servers before 2.10 know one filter per consumer.
      filter_subject: contract.subject,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      deliver_policy: DeliverPolicy.All,
      max_ack_pending: maxAckPending,
    });
  }

  private async read(contract: EventContract, group: readonly BoundSubscription[]): Promise<void> {
    const durable = durableName(this.service, contract);
    const consumer = await jetstream(this.bus.connection).consumers.get(streamName, durable);
    const messages = await consumer.consume({ max_messages: fetched, expires: pullMs, abort_on_missing_resource: true });
    if (!this.isRunning) messages.stop();
    this.open.add(messages);
    const slots = new Slots(concurrency);
    try {
      for await (const message of messages) {
        pending.set(message.info.pending, { durable });
        await slots.run(() => this.hear(contract, group, message));
      }
    } finally {
      this.open.delete(messages);
      await slots.drain();
    }
  }

  private async hear(contract: EventContract, group: readonly BoundSubscription[], message: JsMsg): Promise<void> {
    // Tells the server that the work goes on: a crash is noticed after `ackWaitMs`, long work is not taken for one.
    const heartbeat = setInterval(() => message.working(), ackWaitMs / 3);
    try {
      const outcome = await this.handling.handle(contract, group, { text: message.string() });
      if (outcome.kind === 'done') message.ack();
      else if (outcome.kind === 'later') message.nak(outcome.delayMs);
      else message.term();
    } catch (error) {
      // Even the note of the failure could not be written: the database is away.
      this.log.warn({ err: error, event: contract.subject }, 'event comes back later');
      message.nak(unavailableMs);
    } finally {
      clearInterval(heartbeat);
    }
  }

  private rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, unavailableMs);
      const finish = () => {
        clearTimeout(timer);
        resolve();
      };
      this.stopping.signal.addEventListener('abort', finish, { once: true });
    });
  }
}

const ackWaitMs = 30_000;
const pullMs = 10_000;
const fetched = 64;
/** Events of one kind that one replica handles at a time: handlers mostly wait for SQL or a remote party. */
const concurrency = 8;
/** Across all replicas; also how many failed events may wait for their next delivery without holding up new ones. */
const maxAckPending = 5_000;
const unavailableMs = 2_000;
const stopLimitMs = 5_000;

/** Runs up to `size` tasks at a time. */
class Slots {
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly size: number) {}

  /** Returns once the task has started. */
  async run(task: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.size) await Promise.race(this.running);
    const run: Promise<void> = task().finally(() => this.running.delete(run));
    this.running.add(run);
  }

  async drain(): Promise<void> {
    await Promise.allSettled(this.running);
  }
}

function byContract(subscriptions: readonly BoundSubscription[]): Map<EventContract, BoundSubscription[]> {
  const groups = new Map<EventContract, BoundSubscription[]>();
  for (const bound of subscriptions) {
    const { contract } = bound.subscription;
    groups.set(contract, [...(groups.get(contract) ?? []), bound]);
  }
  return groups;
}
