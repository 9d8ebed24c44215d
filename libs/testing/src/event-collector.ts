import { CloudEvent, type Bus } from '@sifaka/messaging';
import { waitUntil } from './wait-until.js';

interface HeardEvent {
  subject: string;
  event: CloudEvent;
}

export interface EventCollector {
  /** What was heard so far, oldest first. */
  readonly heard: readonly HeardEvent[];
  /** The first event, heard already or still to come, that fits. */
  waitFor(predicate: (event: CloudEvent, subject: string) => boolean, timeoutMs?: number): Promise<CloudEvent>;
  stop(): void;
}

/** Listens to events on the bus, as another system would. */
export async function collectEvents(bus: Bus, subjectPattern: string): Promise<EventCollector> {
  const heard: HeardEvent[] = [];
  const subscription = bus.connection.subscribe(subjectPattern, {
    callback: (error, message) => {
      if (error === null) heard.push({ subject: message.subject, event: CloudEvent.parse(message.json()) });
    },
  });
  await bus.connection.flush();
  return {
    heard,
    async waitFor(predicate, timeoutMs = 10_000) {
      const what = `an event on ${subjectPattern}`;
      const found = await waitUntil(() => heard.find(({ event, subject }) => predicate(event, subject)), { timeoutMs, what });
      return found.event;
    },
    stop: () => subscription.unsubscribe(),
  };
}
