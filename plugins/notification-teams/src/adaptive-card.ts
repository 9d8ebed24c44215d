import { cutAt, firstOf, moreText, oneLine, utcMinute, type NotificationMessage, type NotifiedCertificate } from '@sifaka/plugin-sdk';

/** Teams takes messages of 28 KB; a card of a certificate is below 1 KB. */
const maxCertificates = 15;
const maxValueLength = 160;
const maxTextLength = 4_000;

const colors = { info: 'accent', warning: 'warning', error: 'attention', critical: 'attention' } as const;

/** Runs of text know no Markdown, unlike text blocks and facts: asterisks, links and mentions stay what they are. */
interface TextRun {
  type: 'TextRun';
  text: string;
  weight?: 'bolder';
  size?: 'large';
  color?: (typeof colors)[keyof typeof colors];
  isSubtle?: true;
  selectAction?: { type: 'Action.OpenUrl'; url: string };
}

interface Paragraph {
  type: 'RichTextBlock';
  inlines: TextRun[];
  separator?: true;
}

/** Adaptive Card 1.4, as attachment of a message: what the workflow for webhooks expects. */
export function teamsMessageOf(message: NotificationMessage) {
  const shown = firstOf(message.certificates, maxCertificates);
  // The card says all that an expiration is about.
  const isSaidByCards = message.event === 'expiration' && shown.certificates.length > 0;
  const body: Paragraph[] = [
    paragraph({ text: oneLine(message.subject, 250), weight: 'bolder', size: 'large', color: colors[message.severity] }),
    ...(isSaidByCards ? [] : paragraphsOf(message.text)),
    ...shown.certificates.flatMap(describe),
    ...(shown.more === 0 ? [] : [paragraph({ text: moreText(shown), isSubtle: true })]),
  ];
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: { $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', type: 'AdaptiveCard', version: '1.4', fallbackText: oneLine(message.subject, 250), msteams: { width: 'Full' }, body },
      },
    ],
  };
}

function describe({ name, owner, notAfter, endpointCount, url }: NotifiedCertificate): Paragraph[] {
  const title: TextRun = { type: 'TextRun', text: oneLine(name, maxValueLength) || '(no name)', weight: 'bolder', ...(url !== null && { selectAction: { type: 'Action.OpenUrl', url } }) };
  const facts = `Owner ${oneLine(owner, maxValueLength) || 'nobody'} · expires ${utcMinute(notAfter)} · ${endpointCount === 1 ? '1 endpoint' : `${endpointCount} endpoints`} detected`;
  return [{ type: 'RichTextBlock', inlines: [title], separator: true }, paragraph({ text: facts, isSubtle: true })];
}

const paragraphsOf = (text: string): Paragraph[] =>
  cutAt(text.trim(), maxTextLength)
    .split(/\n\s*\n/)
    .map((each) => oneLine(each, maxTextLength))
    .filter((each) => each !== '')
    .slice(0, 40)
    .map((each) => paragraph({ text: each }));

const paragraph = (run: Omit<TextRun, 'type'>): Paragraph => ({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', ...run }] });
