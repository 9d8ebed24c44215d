import { newId } from '@sifaka/kernel';
import type { EventContract } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';

/** An event as it travels and is kept: CloudEvents 1.0 in JSON, with the distributed tracing extension. */
export const CloudEvent = z.object({
  specversion: z.literal('1.0'),
  /** Also the JetStream message id: a second delivery of the same id is the same event. */
  id: z.string().min(1).max(64),
  /** `/sifaka/<service>` */
  source: z.string(),
  /** Equal to the NATS subject. */
  type: z.string(),
  /** Id of the object the event tells of. */
  subject: z.string().optional(),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  data: z.unknown(),
  traceparent: z.string().optional(),
});
export type CloudEvent = z.output<typeof CloudEvent>;

/** An event that is not yet in the outbox. */
export interface NewEvent {
  readonly id: string;
  readonly subject: string;
  readonly envelope: CloudEvent;
}

interface EventOptions {
  /** Id of the object the event tells of. Events of one object keep their order. */
  subject?: string;
  at: Date;
  traceparent?: string;
}

/**
 * Makes an event of valid data.
 * @throws AppError `internal` when the data breaks the contract: that is a bug of the publisher.
 */
export function newEvent<E extends EventContract>(contract: E, data: z.input<E['data']>, options: EventOptions): NewEvent {
  const parsed = contract.data.safeParse(data);
  if (!parsed.success) {
    throw new AppError('internal', 'internal error', { cause: new Error(`event ${contract.subject} does not fit its contract: ${parsed.error.message}`) });
  }
  const id = newId();
  const envelope: CloudEvent = {
    specversion: '1.0',
    id,
    source: `/sifaka/${contract.source}`,
    type: contract.subject,
    ...(options.subject !== undefined && { subject: options.subject }),
    time: options.at.toISOString(),
    datacontenttype: 'application/json',
    data: parsed.data,
    ...(options.traceparent !== undefined && { traceparent: options.traceparent }),
  };
  return { id, subject: contract.subject, envelope };
}
