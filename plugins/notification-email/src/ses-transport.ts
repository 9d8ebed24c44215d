import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { AwsSession, callAws } from '@sifaka/aws';
import { AppError, isAppError } from '@sifaka/kernel';
import { limitedCall, type DeliveryReceipt, type PluginContext, type UndeliveredRecipient } from '@sifaka/plugin-sdk';
import { createTransport } from 'nodemailer';
import { addressees, type Mail, type MailTransport } from './mail.js';
import type { EmailOptions } from './options.js';

/** SendEmail of the API of SES, version 2: recipients of one mail. */
const maxRecipients = 50;

/** AWS's kit repeats calls for minutes. */
const longestMailMs = 80_000;

type LimitedCall = ReturnType<typeof limitedCall>;

/** Amazon SES with the platform's own credentials: no role is assumed, as in Lemur. */
export class SesTransport implements MailTransport {
  private readonly session: AwsSession;
  private opened: SESv2Client | null = null;

  constructor(
    private readonly options: EmailOptions,
    private readonly context: PluginContext,
  ) {
    const { ses_region: region = 'us-east-1', ses_endpoint: endpoint, ses_access_key_id, ses_secret_access_key } = options;
    this.session = new AwsSession({ role: '', partition: 'aws', region, endpoint, access_key_id: ses_access_key_id, secret_access_key: ses_secret_access_key }, null, context);
  }

  /** More recipients than SES takes are several mails: those that have gone out stay so when a later one fails. */
  async send(mail: Mail): Promise<DeliveryReceipt> {
    const limit = limitedCall(this.context.signal, 'Amazon SES', longestMailMs);
    try {
      return await this.sendWithin(mail, limit);
    } finally {
      limit.end();
    }
  }

  close(): void {
    this.opened?.destroy();
    this.opened = null;
    this.session.close();
  }

  private async sendWithin(mail: Mail, limit: LimitedCall): Promise<DeliveryReceipt> {
    const undelivered: UndeliveredRecipient[] = [];
    let reference: string | null = null;
    for (let from = 0; from < mail.to.length; from += maxRecipients) {
      const some = mail.to.slice(from, from + maxRecipients);
      try {
        reference = (await this.sendTo(mail, await mimeOf(mail, some), limit)) ?? reference;
      } catch (error) {
        if (from === 0 || !isAppError(error)) throw error;
        const isWorthRetrying = error.code !== 'failed_precondition';
        undelivered.push(...some.map((recipient) => ({ recipient, detail: error.message, isWorthRetrying })));
      }
    }
    return { reference, ...(undelivered.length > 0 && { undelivered }) };
  }

  private async sendTo(mail: Mail, raw: Buffer, limit: LimitedCall): Promise<string | null> {
    const { ses_source_arn: arn } = this.options;
    const command = new SendEmailCommand({
      FromEmailAddress: mail.from,
      ...(arn !== undefined && { FromEmailAddressIdentityArn: arn }),
      // Without a destination it goes to those whom its own header names.
      Content: { Raw: { Data: raw } },
    });
    try {
      const { MessageId: messageId } = await callAws(`send a mail of ${mail.from}`, limit.signal, (abortSignal) => this.client().send(command, { abortSignal }));
      return messageId ?? null;
    } catch (error) {
      const given = limit.fault();
      if (given !== undefined) throw given;
      throw isAppError(error) && isOfSender(error, mail.from) ? new AppError('permission_denied', error.message, { reason: error.reason, cause: error }) : error;
    }
  }

  private client(): SESv2Client {
    this.opened ??= new SESv2Client(this.session.config());
    return this.opened;
  }
}

const closed = new Set(['aws.AccountSuspendedException', 'aws.SendingPausedException', 'aws.MailFromDomainNotVerifiedException', 'aws.NotFoundException', 'aws.ConfigurationSetDoesNotExist']);

/** Whether no mail of this sender would be taken: in the sandbox recipients have to be verified as well, and the message names who is not. */
function isOfSender({ reason = '', message }: AppError, from: string): boolean {
  if (closed.has(reason)) return true;
  const [, failed = ''] = /not verified[^:]*:(.*)/is.exec(message) ?? [];
  const address = /<([^>]+)>$/.exec(from)?.[1] ?? from;
  return failed.includes(address) || failed.split(/[\s,]+/).includes(address.split('@')[1] ?? '');
}

async function mimeOf({ content }: Mail, to: readonly string[]): Promise<Buffer> {
  const { message } = await createTransport({ streamTransport: true, buffer: true }).sendMail({ ...content, to: addressees(to) });
  if (!Buffer.isBuffer(message)) throw new TypeError('the mail was not put together in memory');
  return message;
}
