import { AppError, isAppError } from '@sifaka/kernel';
import { connectionFault, type UndeliveredRecipient } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export interface SmtpSituation {
  /** Host and port. */
  server: string;
  isTlsRequired: boolean;
  /** A user name is set. */
  isSignedIn: boolean;
  /** Never shown. */
  secret: string | undefined;
  /** What the connection itself ended with. */
  ended: unknown;
}

/** What nodemailer throws, as far as it is looked at. */
const SmtpError = z.looseObject({
  code: z.string().optional().catch(undefined),
  originalCode: z.string().optional().catch(undefined),
  message: z.string().catch(''),
  command: z.string().optional().catch(undefined),
  response: z.string().optional().catch(undefined),
  responseCode: z.number().optional().catch(undefined),
  recipient: z.string().optional().catch(undefined),
  rejectedErrors: z.array(z.unknown()).optional().catch(undefined),
});
type SmtpError = z.output<typeof SmtpError>;

/**
 * A refusal of this one mail or of all its recipients for good (5yz, RFC 5321 section 4.2.1) is `failed_precondition`; refused credentials, a
 * refused sender, and a server that relays nothing for us are `permission_denied`: no mail gets through until somebody sets that right.
 * Whatever concerns the connection, and everything that the server calls temporary (4yz), is worth another attempt.
 */
export function smtpFault(thrown: unknown, situation: SmtpSituation): AppError {
  const known = [situation.ended, thrown].find(isAppError);
  if (known !== undefined) return known;
  const error = SmtpError.parse(typeof thrown === 'object' && thrown !== null ? thrown : { message: String(thrown) });
  const name = `the mail server ${situation.server}`;
  const clean = (text: string) => withoutSecret(wordsOf(text), situation.secret);
  const reason = error.responseCode === undefined ? {} : { reason: `smtp.${error.responseCode}` };

  if (error.command === 'STARTTLS' && error.responseCode !== undefined) {
    const why = situation.isSignedIn ? 'a password is not sent without TLS (MAIL_ALLOW_PLAIN_AUTH allows it)' : 'MAIL_USE_TLS asks for it';
    return new AppError('upstream_failed', `${name} does not do STARTTLS, and ${why}: ${clean(error.response ?? '')}`, reason);
  }
  const recipients = refusedRecipients(error.rejectedErrors).map(({ recipient, detail }) => `${recipient} (${withoutSecret(detail, situation.secret)})`);
  if (error.responseCode !== undefined) {
    const words = recipients.length > 0 ? `refuses ${recipients.slice(0, 10).join(', ')}${recipients.length > 10 ? ` and ${recipients.length - 10} more` : ''}` : `answered ${error.command ?? 'the connection'} with ${clean(error.response ?? String(error.responseCode))}`;
    return new AppError(codeOf(error, error.responseCode), `${name} ${words}`, reason);
  }
  if (error.code === 'EAUTH') return new AppError('permission_denied', `cannot sign in at ${name}: ${clean(error.message)}`, { reason: 'smtp.auth' });
  if (error.code === 'ETIMEDOUT') return new AppError('upstream_timeout', `${name} did not answer within the time limit: ${clean(error.message)}`);
  // What was wrong before anything was sent: the message itself.
  if (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') return new AppError('failed_precondition', `${name} cannot take the mail: ${clean(error.message)}`);
  const code = codeIn(situation.ended) ?? error.originalCode;
  if (code === undefined) return new AppError('upstream_failed', `the connection to ${name} failed: ${clean(error.message)}`);
  const fault = connectionFault(name, { code });
  return fault.message.includes('not trusted') ? new AppError('upstream_failed', `${fault.message} in MAIL_CA_BUNDLE`, { reason: 'smtp.tls' }) : fault;
}

/** Whether the server said something, and did not just end. */
export const isAnswer = (thrown: unknown): boolean => SmtpError.safeParse(thrown).data?.responseCode !== undefined;

/** Whom the server did not take the mail for, and in which words. */
export function refusedRecipients(errors: unknown): UndeliveredRecipient[] {
  if (!Array.isArray(errors)) return [];
  return errors.map((each) => {
    const { recipient = 'somebody', response = '', responseCode = 0 } = SmtpError.parse(each);
    return { recipient, detail: wordsOf(response), isWorthRetrying: responseCode < 500 || !isOfAddress(response) };
  });
}

/** In one line that is not too long. */
export const wordsOf = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim().slice(0, 300);

function codeOf({ command = '', code, response = '', rejectedErrors }: SmtpError, status: number) {
  const refusals = refusedRecipients(rejectedErrors);
  if (refusals.length > 0 && refusals.every(({ isWorthRetrying }) => !isWorthRetrying)) return 'failed_precondition';
  if (status < 500) return 'upstream_failed';
  // 530: it wants credentials and has none.
  if (code === 'EAUTH' || command.startsWith('AUTH') || status === 530) return 'permission_denied';
  // Whoever may not even say who he is gets nothing through, and neither does a sender that nobody wants; one mail may be too large.
  if (/^(?:CONN|EHLO|HELO|LHLO)/.test(command)) return 'permission_denied';
  if (command.startsWith('MAIL')) return status === 552 || /^5\d\d[ -]5\.3\.4\b/.test(response) ? 'failed_precondition' : 'permission_denied';
  if (command.startsWith('RCPT')) return refusals.every(({ detail }) => ofSender.test(detail)) && ofSender.test(response) ? 'permission_denied' : 'upstream_failed';
  return command.startsWith('DATA') ? 'failed_precondition' : 'upstream_failed';
}

/** What a server says to recipients that it would take from somebody else. */
const ofSender = /relay|sender|authenticat|^5\d\d[ -]5\.(?:1\.[078]|7\.(?:54|57|60))\b/i;
const policy = /denied|polic|block|permitted|allowed|permission|authori[sz]ed|spam|reputation/i;

/** Whether there is something wrong with the address itself (RFC 3463 sections 3.2 and 3.3), and not with who writes to it, and from where. */
function isOfAddress(response: string): boolean {
  if (ofSender.test(response)) return false;
  const enhanced = /^5\d\d[ -]5\.(\d{1,3})\.\d{1,3}\b/.exec(response)?.[1];
  return enhanced === undefined ? /^55[0-3]/.test(response) && !policy.test(response) : enhanced === '1' || enhanced === '2';
}

function withoutSecret(text: string, secret: string | undefined): string {
  if (secret === undefined || secret === '') return text;
  return [secret, Buffer.from(secret).toString('base64')].reduce((cleaned, each) => cleaned.replaceAll(each, '***'), text);
}

function codeIn(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(error.code) ? error.code : undefined;
}
