import { AppError } from '@sifaka/kernel';
import type { DeliveryReceipt, PluginContext } from '@sifaka/plugin-sdk';
import { createTransport, type SMTPSentMessageInfo, type Transporter } from 'nodemailer';
import { longestMailMs, type Mail, type MailTransport } from './mail.js';
import type { EmailOptions } from './options.js';
import { refusedRecipients, smtpFault, wordsOf } from './smtp-fault.js';

/** For each step: connecting, greeting, TLS, and the silence between two answers. RFC 5321 section 4.5.3.2 has minutes; whoever waits tries again. */
const defaultStepMs = 20_000;

/** For the server to say good-bye. */
const closeMs = 1_000;

/** All of it takes no longer than some steps do. */
const stepsOfMail = 4;

/** One connection for each mail: mails are few, and a connection that is kept is one that has ended when it is needed. */
export class SmtpTransport implements MailTransport {
  private readonly host: string;
  private readonly port: number;
  private readonly stepMs: number;
  private readonly isTlsRequired: boolean;
  private transporter: Transporter<SMTPSentMessageInfo> | null = null;

  constructor(
    private readonly options: EmailOptions,
    private readonly context: PluginContext,
  ) {
    const isImplicit = options.mail_use_ssl ?? false;
    this.host = options.mail_server ?? 'localhost';
    this.stepMs = options.mail_timeout_ms ?? defaultStepMs;
    this.port = options.mail_port ?? (isImplicit ? 465 : 25);
    const sendsPassword = options.mail_username !== undefined && options.mail_allow_plain_auth !== true;
    this.isTlsRequired = isImplicit || (options.mail_use_tls ?? false) || sendsPassword;
  }

  async send(mail: Mail): Promise<DeliveryReceipt> {
    const limit = limited(this.context.signal, this.host, Math.min(this.stepMs * stepsOfMail, longestMailMs));
    // What ended the connection says more than what the protocol made of it.
    const ended: { fault?: unknown } = {};
    try {
      const sent = await this.open(ended).sendMail({ ...mail.content, signal: limit.signal });
      const undelivered = refusedRecipients(sent.rejectedErrors);
      return { reference: `${mail.messageId} ${wordsOf(sent.response)}`.trim(), ...(undelivered.length > 0 && { undelivered }) };
    } catch (error) {
      throw limit.fault() ?? smtpFault(error, { server: `${this.host}:${this.port}`, isTlsRequired: this.isTlsRequired, isSignedIn: this.options.mail_username !== undefined, secret: this.options.mail_password, ended: ended.fault });
    } finally {
      limit.end();
    }
  }

  close(): void {
    this.transporter?.close();
    this.transporter = null;
  }

  private open(ended: { fault?: unknown }): Transporter<SMTPSentMessageInfo> {
    const { mail_username: user, mail_password: pass = '', mail_use_ssl: isImplicit = false, mail_ca: caPem } = this.options;
    this.transporter?.close();
    this.transporter = createTransport({
      host: this.host,
      port: this.port,
      secure: isImplicit,
      // Without it a server that offers STARTTLS gets it, one that does not gets the mail all the same (RFC 7435).
      requireTLS: !isImplicit && this.isTlsRequired,
      opportunisticTLS: !this.isTlsRequired,
      ...(user !== undefined && { auth: { user, pass }, forceAuth: true }),
      tls: { secureContext: this.context.outbound.secureContext(caPem === undefined ? {} : { caPem }), rejectUnauthorized: this.isTlsRequired },
      // The address comes from the configuration of the service, never from an option: whoever sets it may open private addresses as well.
      getSocket: (_settings, callback) => {
        this.context.outbound.connect({ host: this.host, port: this.port, timeoutMs: this.stepMs, isInstallations: true }).then(
          (connection) => {
            connection.once('error', (error) => (ended.fault = error));
            callback(null, { connection });
          },
          (error: unknown) => {
            ended.fault = error;
            callback(error instanceof Error ? error : new Error('no connection'));
          },
        );
      },
      connectionTimeout: this.stepMs,
      greetingTimeout: this.stepMs,
      socketTimeout: this.stepMs,
      socketCloseTimeout: closeMs,
    });
    return this.transporter;
  }
}

/** One mail's signal: the host's, and the time limit. */
function limited(signal: AbortSignal, host: string, sendLimitMs: number) {
  const controller = new AbortController();
  let fault: AppError | undefined;
  const giveUp = (reason: AppError) => {
    fault = reason;
    controller.abort(reason);
  };
  const stop = () => giveUp(new AppError('unavailable', 'the mail was given up because the service stops'));
  const timer = setTimeout(() => giveUp(new AppError('upstream_timeout', `the mail server ${host} did not take the mail within ${sendLimitMs / 1_000} s`)), sendLimitMs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return {
    signal: controller.signal,
    fault: () => fault,
    end: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    },
  };
}
