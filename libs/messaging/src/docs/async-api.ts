import type { EventContract } from '@sifaka/contracts';
import { z } from 'zod';

/** An AsyncAPI 3.0 document of the events, as plain data to be written as YAML or JSON. */
export function asyncApi(events: readonly EventContract[]): Record<string, unknown> {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Sifaka events',
      version: '1',
      description:
        'What happened to certificates, authorities, users and keys, as CloudEvents 1.0 in JSON on the JetStream stream SIFAKA. ' +
        'No event holds a secret. Within version 1 fields are only added; the NATS message id is the id of the event.',
    },
    defaultContentType: 'application/cloudevents+json',
    servers: {
      nats: { host: 'localhost:4222', protocol: 'nats', description: 'User `sifaka-events` may read all events and send nothing.' },
    },
    channels: Object.fromEntries(events.map((event) => [channelName(event), channel(event)])),
    operations: Object.fromEntries(events.map((event) => [`receive-${channelName(event)}`, operation(event)])),
    components: {
      messages: Object.fromEntries(events.map((event) => [channelName(event), message(event)])),
      schemas: Object.fromEntries(events.flatMap((event) => Object.entries(dataSchema(event).definitions))),
    },
  };
}

/** `sifaka.v1.certificate.issued` → `certificate-issued` */
export function channelName({ subject }: EventContract): string {
  return subject.split('.').slice(2).join('-');
}

export interface DataSchema {
  schema: Record<string, unknown>;
  /** What it refers to below `#/components/schemas`, by name. */
  definitions: Record<string, unknown>;
}

/** JSON schema (2020-12) of the `data` member of an event. */
export function dataSchema(event: EventContract): DataSchema {
  const prefix = `${channelName(event)}.`;
  const text = JSON.stringify(z.toJSONSchema(event.data, { target: 'draft-2020-12', io: 'output' }));
  // Within the document, "#" is no longer the root of the schema.
  const {
    $schema: _dialect,
    $defs: definitions = {},
    ...schema
  } = JsonSchema.parse(JSON.parse(text.replaceAll('"#/$defs/', `"#/components/schemas/${prefix}`)));
  return {
    schema,
    definitions: Object.fromEntries(Object.entries(definitions).map(([name, definition]) => [`${prefix}${name}`, definition])),
  };
}

const JsonSchema = z.looseObject({ $schema: z.string().optional(), $defs: z.record(z.string(), z.unknown()).optional() });

function channel(event: EventContract) {
  return {
    address: event.subject,
    title: event.subject,
    description: `${event.summary} Told by ${teller(event)}.`,
    messages: { [channelName(event)]: { $ref: `#/components/messages/${channelName(event)}` } },
  };
}

function operation(event: EventContract) {
  return { action: 'receive', summary: event.summary, channel: { $ref: `#/channels/${channelName(event)}` } };
}

function message(event: EventContract) {
  return {
    name: event.subject,
    title: event.subject,
    summary: event.summary,
    contentType: 'application/cloudevents+json',
    payload: {
      type: 'object',
      required: ['specversion', 'id', 'source', 'type', 'time', 'datacontenttype', 'data'],
      properties: {
        specversion: { const: '1.0' },
        id: { type: 'string', format: 'uuid', description: 'The same id is the same event, however often it arrives.' },
        source: event.source === 'every' ? { type: 'string', pattern: '^/sifaka/[a-z]+$' } : { const: `/sifaka/${event.source}` },
        type: { const: event.subject },
        subject: { type: 'string', description: 'Id of the object the event tells of.' },
        time: { type: 'string', format: 'date-time' },
        datacontenttype: { const: 'application/json' },
        traceparent: { type: 'string', description: 'W3C trace context of the request that set it off.' },
        data: dataSchema(event).schema,
      },
    },
  };
}

export function teller(event: EventContract): string {
  return event.source === 'every' ? 'every service' : `the ${event.source} service`;
}
