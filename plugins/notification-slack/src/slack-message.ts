import { cutAt, firstOf, moreText, oneLine, utcMinute, type NotificationMessage, type NotifiedCertificate } from '@sifaka/plugin-sdk';

/** Slack recommends no more than 20 attachments, and cuts texts at 4,000 characters. */
const maxCertificates = 18;
const maxTitleLength = 200;
const maxValueLength = 300;
const maxTextLength = 2_500;

const colors = { info: '#2f6fb0', warning: 'warning', error: 'danger', critical: 'danger' } as const;

export interface SlackMessage {
  text: string;
  /** Nothing in it is markup. */
  mrkdwn: false;
  unfurl_links: false;
  unfurl_media: false;
  attachments: Attachment[];
}

interface Attachment {
  fallback: string;
  color: string;
  title?: string;
  title_link?: string;
  text?: string;
  fields?: { title: string; value: string; short: boolean }[];
  /** Empty: asterisks and backticks stay what they are. */
  mrkdwn_in: [];
}

/** Subject, what happened in words, and a card for each of the first certificates. */
export function slackMessageOf(message: NotificationMessage): SlackMessage {
  const color = colors[message.severity];
  const shown = firstOf(message.certificates, maxCertificates);
  // The card of a certificate says all that an expiration is about.
  const isSaidByCards = message.event === 'expiration' && shown.certificates.length > 0;
  const words: Attachment[] = isSaidByCards ? [] : [{ fallback: literal(message.subject, maxTitleLength), color, text: escaped(cutAt(withoutControls(message.text), maxTextLength)), mrkdwn_in: [] }];
  const rest: Attachment[] = shown.more === 0 ? [] : [{ fallback: moreText(shown), color, text: moreText(shown), mrkdwn_in: [] }];
  return {
    text: literal(message.subject, maxTitleLength),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    attachments: [...words, ...shown.certificates.map((certificate) => cardOf(certificate, color)), ...rest],
  };
}

/** The fields that Lemur's messages have. */
function cardOf({ name, owner, notAfter, endpointCount, url }: NotifiedCertificate, color: string): Attachment {
  return {
    fallback: literal(name, maxTitleLength),
    color,
    title: literal(name, maxTitleLength),
    ...(url !== null && { title_link: url }),
    fields: [
      { title: 'Owner', value: literal(owner, maxValueLength), short: true },
      { title: 'Expires', value: utcMinute(notAfter), short: true },
      { title: 'Endpoints Detected', value: String(endpointCount), short: true },
    ],
    mrkdwn_in: [],
  };
}

/** Links, mentions and commands begin with an angle bracket, everywhere. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const literal = (text: string, most: number): string => escaped(oneLine(text, most));

const withoutControls = (text: string): string => text.replaceAll(/[^\P{Cc}\n]+/gu, ' ').replaceAll(/[\u202A-\u202E\u2066-\u2069]/gu, '').trim();
