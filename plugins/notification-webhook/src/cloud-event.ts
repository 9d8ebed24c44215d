import { cutAt, firstOf, type NotificationMessage, type NotifiedCertificate } from '@sifaka/plugin-sdk';

/** Receivers read bodies of this size without having been told to. */
const maxCertificates = 200;
const maxTextLength = 50_000;
const maxFactsLength = 50_000;
const maxNames = 100;

/** CloudEvents 1.0, JSON, structured mode. The id is that of the delivery: the same for each attempt. */
export function cloudEventOf(message: NotificationMessage) {
  const { certificates, more } = firstOf(message.certificates, maxCertificates);
  const [only] = message.certificates.length === 1 ? message.certificates : [];
  return {
    specversion: '1.0',
    id: message.deliveryId,
    source: '/sifaka/notify',
    type: `sifaka.notification.${message.event}`,
    ...(only !== undefined && { subject: only.name }),
    time: message.createdAt.toISOString(),
    datacontenttype: 'application/json',
    data: {
      event: message.event,
      severity: message.severity,
      subject: message.subject,
      text: cutAt(message.text, maxTextLength),
      intervalDays: message.intervalDays,
      certificates: certificates.map(described),
      certificateCount: certificates.length + more,
      // What does not fit is left out as a whole: half of it may say the opposite.
      facts: JSON.stringify(message.facts).length <= maxFactsLength ? message.facts : {},
    },
  };
}

const described = ({ names, notBefore, notAfter, ...certificate }: NotifiedCertificate) => ({
  ...certificate,
  names: names.slice(0, maxNames),
  notBefore: notBefore.toISOString(),
  notAfter: notAfter.toISOString(),
});
