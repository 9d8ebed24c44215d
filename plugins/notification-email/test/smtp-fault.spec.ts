import { describe, expect, it } from '@jest/globals';
import { refusedRecipients, smtpFault } from '../src/smtp-fault.js';

const situation = { server: 'mail.example:25', isTlsRequired: false, isSignedIn: false, secret: undefined, ended: undefined };
const answered = (command: string, response: string) => ({ command, response, responseCode: Number(response.slice(0, 3)), message: response });
const refused = (...responses: string[]) => ({ ...answered('RCPT TO', responses.at(-1) ?? ''), rejectedErrors: responses.map((response, index) => ({ recipient: `r${index}@owners.example`, response, responseCode: Number(response.slice(0, 3)) })) });
const codeOf = (thrown: object) => smtpFault(thrown, situation).code;

describe('a mail server that takes nothing from us', () => {
  it.each([
    ['AUTH PLAIN', '535 5.7.8 Authentication failed'],
    ['AUTH LOGIN', '534 5.7.9 Please log in with your web browser'],
    ['MAIL FROM', '530 5.7.0 Authentication required'],
    ['MAIL FROM', '550 5.7.60 SMTP; client does not have permissions to send as this sender'],
    ['MAIL FROM', '553 sorry, your envelope sender is in my badmailfrom list'],
    ['CONN', '554 5.7.1 no SMTP service here'],
    ['EHLO', '550 go away'],
  ])('is a place that has to be set right: %s %s', (command, response) => {
    expect(codeOf(answered(command, response))).toBe('permission_denied');
  });

  it.each(['554 5.7.1 <x@owners.example>: Relay access denied', '550 relay not permitted', '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain', '550 5.1.0 <a@b.example>: Sender address rejected: User unknown', '550-Verification failed: authenticate first'])('for anybody: %s', (response) => {
    expect(codeOf(refused(response))).toBe('permission_denied');
  });
});

describe('a mail server that refuses for good', () => {
  it.each([refused('550 5.1.1 No such user'), refused('501 5.1.3 Bad recipient address syntax', '550 no mailbox here by that name'), refused('552 5.2.2 Mailbox full'), answered('MAIL FROM', '552 5.3.4 Message size exceeds fixed limit'), answered('DATA', '554 5.7.1 Looks like spam')])('this mail, or all its recipients: %j', (thrown) => {
    expect(codeOf(thrown)).toBe('failed_precondition');
  });

  it('one recipient is not asked for another again; for what it may change its mind about it is', () => {
    expect(refusedRecipients(refused('550 5.1.1 No such user', '554 5.7.1 Relay access denied', '550 5.7.133 not authenticated for this group', '450 4.2.0 Busy').rejectedErrors).map(({ isWorthRetrying }) => isWorthRetrying)).toEqual([false, true, true, true]);
  });

  it('some of its recipients, and the others for now', () => {
    expect(codeOf(refused('450 4.2.0 Busy', '550 5.1.1 No such user'))).toBe('upstream_failed');
    expect(codeOf(refused('550 5.7.1 Message rejected by policy'))).toBe('upstream_failed');
  });
});
