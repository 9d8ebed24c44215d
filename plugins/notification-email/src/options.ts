import { expirationOptions, installationOnly, intervalRefusal, isIntervalAllowed } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { addressList, addressPattern } from './addresses.js';

const listPattern = `^\\s*${addressPattern}(?:\\s*,\\s*${addressPattern})*\\s*,?\\s*$`;

const secretSetting = () => z.string().max(1_024).meta({ sensitive: true });

export const EmailOptions = z
  .object({
    ...expirationOptions,
    recipients: z
      .string()
      .max(8_192)
      .refine((value) => addressList(value).length > 0, { error: 'must be e-mail addresses with commas between' })
      .describe('E-mail addresses with commas between; owner and security team are told besides')
      .meta({ validation: listPattern }),
    transport: installationOnly('LEMUR_EMAIL_SENDER', z.string().max(32)).describe('How mail is sent: `smtp` or `ses`. Left out: `smtp` when MAIL_SERVER is set'),
    from: installationOnly('LEMUR_EMAIL', z.string().max(320)).describe('Sender of all mail: `sifaka@example.com`, or `Certificates <sifaka@example.com>`'),
    default_from: installationOnly('MAIL_DEFAULT_SENDER', z.string().max(320)).describe('Sender where LEMUR_EMAIL is not set'),
    mail_server: installationOnly('MAIL_SERVER', z.string().max(255)).describe('Mail server; it may have a private address. Default `localhost`'),
    mail_port: installationOnly('MAIL_PORT', z.int().min(1).max(65_535)).describe('Port of the mail server; default 25, with MAIL_USE_SSL 465'),
    mail_use_tls: installationOnly('MAIL_USE_TLS', z.boolean()).describe('Insist on STARTTLS and verify the certificate. Without it STARTTLS is used where it is offered, unverified, and no password is sent'),
    mail_use_ssl: installationOnly('MAIL_USE_SSL', z.boolean()).describe('Speak TLS from the first byte on and verify the certificate'),
    mail_username: installationOnly('MAIL_USERNAME', z.string().max(255)).describe('Whom to sign in as at the mail server; TLS is then insisted on'),
    mail_password: installationOnly('MAIL_PASSWORD', secretSetting()).describe('Password for it').meta({ sensitive: true }),
    mail_allow_plain_auth: installationOnly('MAIL_ALLOW_PLAIN_AUTH', z.boolean()).describe('Send the password without TLS as well, for mail servers on the machine itself'),
    mail_ca: installationOnly('MAIL_CA_BUNDLE', z.string().max(1_048_576)).describe('Certificates (PEM) of private CAs that the mail server may present itself with; usually given as `MAIL_CA_BUNDLE_FILE`'),
    mail_timeout_ms: installationOnly('MAIL_TIMEOUT_MS', z.int().min(100).max(600_000)).describe('Longest time of each step with the mail server, in milliseconds: connecting, greeting, each answer but that to the whole mail, for which it has ten minutes; default 20000'),
    ses_region: installationOnly('LEMUR_SES_REGION', z.string().max(64)).describe('Region of SES; default us-east-1'),
    ses_source_arn: installationOnly('LEMUR_SES_SOURCE_ARN', z.string().max(512)).describe('ARN of the identity in another account that this one may send for'),
    ses_endpoint: installationOnly('SES_ENDPOINT', z.url({ protocol: /^https?$/ })).describe('Address to use instead of the public one of SES'),
    ses_access_key_id: installationOnly('SES_ACCESS_KEY_ID', z.string().max(128)).describe("Access key for SES instead of the platform's own credentials"),
    ses_secret_access_key: installationOnly('SES_SECRET_ACCESS_KEY', secretSetting()).describe('Secret of that access key').meta({ sensitive: true }),
  })
  .refine(isIntervalAllowed, intervalRefusal);
export type EmailOptions = z.output<typeof EmailOptions>;

/** Whether and how mail can be sent in this installation; the reason where it cannot. */
export function transportOf({ transport, from, default_from: fallback, mail_server: server }: Partial<EmailOptions>): { kind: 'smtp' | 'ses' } | { reason: string } {
  const kind = transport?.trim().toLowerCase() ?? (server === undefined ? '' : 'smtp');
  if (kind === '') return { reason: 'no way to send mail is set: set MAIL_SERVER for SMTP, or LEMUR_EMAIL_SENDER=ses' };
  if (kind !== 'smtp' && kind !== 'ses') return { reason: `LEMUR_EMAIL_SENDER is "${kind.slice(0, 32)}": it must be smtp or ses` };
  const sender = from ?? fallback;
  if (sender === undefined) return { reason: 'LEMUR_EMAIL is not set: it is the sender of all mail' };
  return senderPattern.test(sender) ? { kind } : { reason: `LEMUR_EMAIL is "${sender.slice(0, 80)}", which is no e-mail address` };
}

const senderPattern = new RegExp(`^(?:${addressPattern}|[^<>\\r\\n]*<${addressPattern}>)$`);
