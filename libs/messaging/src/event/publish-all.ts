import { JetStreamApiError } from '@nats-io/jetstream';
import { createInbox, headers, type Msg } from '@nats-io/transport-node';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import type { Bus } from '../bus/bus.js';
import { inboxPrefix } from '../bus/subjects.js';

export interface Publication {
  /** The stream keeps one message of an id. */
  id: string;
  subject: string;
  payload: string;
}

/**
 * Publishes messages to the stream, all at once, and waits for what it says of each. They share one subscription and one timer:
 * requests of their own would have a promise, a timer and an error object each.
 *
 * @returns what went wrong with each, in their order; undefined where the stream has it, or had it before
 */
export async function publishAll({ connection, user }: Bus, publications: readonly Publication[], timeoutMs: number): Promise<unknown[]> {
  if (publications.length === 0) return [];
  const silence = new AppError('unavailable', `the stream did not answer within ${timeoutMs} ms`);
  const faults: unknown[] = publications.map(() => silence);
  const inbox = createInbox(inboxPrefix(user));
  let open = publications.length;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      subscription.unsubscribe();
      resolve();
    };
    const timer = setTimeout(end, timeoutMs);
    const settle = (index: number, fault: unknown) => {
      faults[index] = fault;
      open -= 1;
      if (open === 0) end();
    };
    const subscription = connection.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (error === null) {
          settle(Number(message.subject.slice(inbox.length + 1)), faultOf(message));
        } else {
          // The subscription itself is refused: nothing will be heard of any of them.
          faults.fill(error);
          end();
        }
      },
    });
    for (const [index, { id, subject, payload }] of publications.entries()) {
      try {
        connection.publish(subject, payload, { headers: withId(id), reply: `${inbox}.${index}` });
      } catch (error) {
        settle(index, error);
      }
    }
  });
  return faults;
}

function withId(id: string) {
  const fields = headers();
  fields.set('Nats-Msg-Id', id);
  return fields;
}

/** What a stream answers: docs.nats.io, "JetStream wire API". With an error it may name the stream, too. */
const Answer = z.object({
  stream: z.string().optional(),
  error: z.object({ code: z.number(), err_code: z.number().default(0), description: z.string().default('') }).optional(),
});

function faultOf(message: Msg): unknown {
  if (message.data.length === 0) return new AppError('unavailable', 'no stream takes events for now');
  const { stream, error } = Answer.safeParse(jsonOf(message)).data ?? {};
  if (error !== undefined) return new JetStreamApiError(error);
  return stream === undefined ? new AppError('unavailable', 'what answers is no stream') : undefined;
}

function jsonOf(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
