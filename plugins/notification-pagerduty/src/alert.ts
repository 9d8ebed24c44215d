import { createHash } from 'node:crypto';
import { cutAt, firstOf, oneLine, type NotificationMessage } from '@sifaka/plugin-sdk';

/** Of the API: summary 1,024 characters, keys 255, all of it 512 KB. */
const maxSummaryLength = 1_024;
const maxNameLength = 255;
const maxCertificates = 100;
const maxTextLength = 20_000;
const maxFactsLength = 50_000;
const maxLinks = 20;

/** An alert of the Events API v2, without the key of the service. */
export function alertOf(message: NotificationMessage) {
  const { certificates, more } = firstOf(message.certificates, maxCertificates);
  const [first] = certificates;
  return {
    event_action: 'trigger' as const,
    dedup_key: dedupKeyOf(message),
    client: 'Sifaka',
    ...(first?.url !== undefined && first.url !== null && { client_url: new URL('/', first.url).href }),
    payload: {
      summary: oneLine(message.subject, maxSummaryLength) || 'Sifaka',
      source: 'sifaka',
      severity: message.severity,
      timestamp: message.createdAt.toISOString(),
      ...(first !== undefined && { component: oneLine(first.name, maxNameLength), group: oneLine(first.owner, maxNameLength) }),
      class: message.event,
      custom_details: {
        text: cutAt(message.text, maxTextLength),
        certificate_count: certificates.length + more,
        certificates: certificates.map(({ id, name, owner, issuer, notAfter, endpointCount, url }) => ({
          id,
          name: oneLine(name, maxNameLength),
          owner: oneLine(owner, maxNameLength),
          issuer: oneLine(issuer, maxNameLength),
          expires: notAfter.toISOString(),
          endpoints: endpointCount,
          url,
        })),
        ...(JSON.stringify(message.facts).length <= maxFactsLength && { facts: message.facts }),
      },
    },
    links: certificates.slice(0, maxLinks).flatMap(({ name, url }) => (url === null ? [] : [{ href: url, text: oneLine(name, maxNameLength) }])),
  };
}

/** One trouble is one incident: what is told again of the same certificates, 15 days before their end or two, joins the first alert while that is open. */
function dedupKeyOf({ event, certificates, deliveryId }: NotificationMessage): string {
  if (certificates.length === 0) return `sifaka:${event}:${deliveryId}`.slice(0, maxNameLength);
  const ids = certificates.map(({ id }) => id).sort((one, other) => one - other);
  return `sifaka:${event}:${createHash('sha256').update(ids.join(',')).digest('hex')}`.slice(0, maxNameLength);
}
