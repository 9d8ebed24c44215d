import { cutAt, oneLine, type NotificationMessage, type NotifiedCertificate } from '@sifaka/plugin-sdk';

/** SNS takes 256 KB; what is told of one certificate stays far below. */
const maxValueLength = 1_000;
const maxTextLength = 20_000;

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: ASCII, in one line, below 100 characters. */
const maxSubjectLength = 99;

/** The keys are Lemur's; `severity`, `delivery_id` and `text` are ours. */
export function snsMessageOf(message: NotificationMessage, certificate: NotifiedCertificate | null): string {
  return JSON.stringify({
    notification_type: message.event,
    ...(certificate !== null && {
      certificate_name: cutAt(certificate.name, maxValueLength),
      issuer: cutAt(certificate.issuer, maxValueLength),
      id: certificate.id,
      expires: isoSeconds(certificate.notAfter),
      endpoints_detected: certificate.endpointCount,
      owner: cutAt(certificate.owner, maxValueLength),
      details: certificate.url,
    }),
    ...(message.intervalDays !== null && { notification_interval_days: message.intervalDays }),
    severity: message.severity,
    delivery_id: message.deliveryId,
    // What is told of a thousand certificates at once is no part of what is told of one.
    ...(message.certificates.length <= 1 && { text: cutAt(message.text, maxTextLength) }),
  });
}

/** Those who have the topic by mail see it; it must begin with a letter or a digit. */
export function snsSubjectOf({ subject }: NotificationMessage): string {
  const ascii = oneLine(subject, 1_000)
    .normalize('NFKD')
    .replaceAll(/[^\x20-\x7e]/g, '')
    .replace(/^[^A-Za-z0-9]+/, '');
  return ascii.slice(0, maxSubjectLength).trim() || 'Sifaka';
}

/** As Lemur writes it: `2026-12-01T12:00:00+00:00`. */
const isoSeconds = (at: Date): string => `${at.toISOString().slice(0, 19)}+00:00`;
