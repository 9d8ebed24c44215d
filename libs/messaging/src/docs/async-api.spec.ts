import { describe, expect, it } from '@jest/globals';
import { allEvents, event } from '@sifaka/contracts';
import { z } from 'zod';
import { asyncApi } from './async-api.js';
import { eventsPage } from './events-page.js';

const issued = event('sifaka.v1.certificate.issued', {
  source: 'issuer',
  summary: 'An authority issued a certificate.',
  data: z.object({ id: z.int(), owner: z.object({ email: z.email().nullable() }), names: z.array(z.string()).optional() }),
});

describe('the AsyncAPI document', () => {
  it('describes an event by its subject, its CloudEvents envelope and its data', () => {
    expect(asyncApi([issued])).toMatchObject({
      asyncapi: '3.0.0',
      channels: { 'certificate-issued': { address: 'sifaka.v1.certificate.issued' } },
      operations: { 'receive-certificate-issued': { action: 'receive', channel: { $ref: '#/channels/certificate-issued' } } },
      components: {
        messages: {
          'certificate-issued': {
            payload: { properties: { type: { const: 'sifaka.v1.certificate.issued' }, data: { required: ['id', 'owner'] } } },
          },
        },
      },
    });
  });

  it('has one channel, one operation and one message for every event of the platform', () => {
    const document = JSON.parse(JSON.stringify(asyncApi(allEvents)));
    for (const part of [document.channels, document.operations, document.components.messages]) {
      expect(Object.keys(part)).toHaveLength(allEvents.length);
    }
  });

  it('refers only to what it defines', () => {
    const text = JSON.stringify(asyncApi(allEvents));
    const document: unknown = JSON.parse(text);
    for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = path.split('/').reduce<unknown>((value, key) => Object(value)[key], document);
      expect(target).toBeDefined();
    }
  });
});

describe('the page of events', () => {
  it('lists every field with its type, nested ones by their path', () => {
    const page = eventsPage([issued]);
    expect(page).toContain('| `id` | integer | yes |');
    expect(page).toContain('| `owner.email` | string (email) or null | yes |');
    expect(page).toContain('| `names` | array of string | no |');
  });
});
