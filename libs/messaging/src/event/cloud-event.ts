import { AppError, newId } from '@sifaka/kernel';
import type { EventContract, ServiceName } from '@sifaka/contracts';
import { currentTraceparent } from '@sifaka/observability';
import { z } from 'zod';

/** An event as it travels and is kept: CloudEvents 1.0 in JSON, with the distributed tracing extension. */
export const CloudEvent = z.object({
  specversion: z.literal('1.0'),
  /** Also the JetStream message id: a second delivery of the same id is the same event. */
  id: z.uuid(),
  /** `/sifaka/<service>` */
  source: z.string().max(100),
  /** Equal to the NATS subject. */
  type: z.string().max(255),
  /** Id of the object the event tells of. */
  subject: z.string().max(255).optional(),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  data: z.unknown(),
  traceparent: z.string().max(100).optional(),
});
export type CloudEvent = z.output<typeof CloudEvent>;

/** An event that is not yet in the outbox. */
export interface NewEvent {
  readonly id: string;
  readonly subject: string;
  readonly envelope: CloudEvent;
}

interface EventOptions {
  at: Date;
  /** Id of the object the event tells of. */
  subject?: string;
  /** Who tells it; needed for contracts whose source is `every`, known from the contract for all others. */
  service?: ServiceName;
}

/**
 * Makes an event of valid data, within the trace of the work in progress.
 * @throws AppError `internal` when the data breaks the contract: that is a bug of the publisher.
 */
export function newEvent<E extends EventContract>(contract: E, data: z.input<E['data']>, options: EventOptions): NewEvent {
  const parsed = contract.data.safeParse(data);
  if (!parsed.success) throw bug(`event ${contract.subject} does not fit its contract: ${parsed.error.message}`);
  const service = contract.source === 'every' ? options.service : contract.source;
  if (service === undefined) throw bug(`event ${contract.subject} was made without saying by which service`);
  const id = newId();
  const traceparent = currentTraceparent();
  const envelope: CloudEvent = {
    specversion: '1.0',
    id,
    source: eventSource(service),
    type: contract.subject,
    ...(options.subject !== undefined && { subject: options.subject }),
    time: options.at.toISOString(),
    datacontenttype: 'application/json',
    data: parsed.data,
    ...(traceparent !== undefined && { traceparent }),
  };
  return { id, subject: contract.subject, envelope };
}

export function eventSource(service: ServiceName): string {
  return `/sifaka/${service}`;
}

function bug(text: string): AppError {
  return new AppError('internal', 'internal error', { cause: new Error(text) });
}
