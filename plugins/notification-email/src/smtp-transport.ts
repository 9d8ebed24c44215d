import { AppError } from '@sifaka/kernel';
import type { DeliveryReceipt, PluginContext } from '@sifaka/plugin-sdk';
import { createTransport, type SMTPSentMessageInfo, type Transporter } from 'nodemailer';
import { MailWatch } from './mail-watch.js';
import type { Mail, MailTransport } from './mail.js';
import type { EmailOptions } from './options.js';
import { isAnswer, refusedRecipients, smtpFault, wordsOf } from './smtp-fault.js';

/** For each step: connecting, greeting, TLS, and the silence between two answers. RFC 5321 section 4.5.3.2 has minutes; whoever waits tries again. */
const defaultStepMs = 20_000;

/** Connection, TLS, greeting, EHLO, STARTTLS, TLS, EHLO, three to sign in, sender, DATA, and the mail; each recipient is one more. */
const stepsOfMail = 13;
/** However many steps there are, and however long each may take. */
const longestStepsMs = 30 * 60_000;

/** RFC 5321 section 4.5.3.2.6 */
const answerMs = 10 * 60_000;

/** What the server may have taken is sent again in the hope that it said so meanwhile: once more, perhaps, but not at once. */
const unknownPauseMs = 15 * 60_000;

/** Above everything that is waited for here. */
export const smtpSendLimitMs = longestStepsMs + answerMs + 60_000;

/** For the server to say good-bye. */
const closeMs = 1_000;

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
    private readonly answerLimitMs = answerMs,
  ) {
    const isImplicit = options.mail_use_ssl ?? false;
    this.host = options.mail_server ?? 'localhost';
    this.stepMs = options.mail_timeout_ms ?? defaultStepMs;
    this.port = options.mail_port ?? (isImplicit ? 465 : 25);
    const sendsPassword = options.mail_username !== undefined && options.mail_allow_plain_auth !== true;
    this.isTlsRequired = isImplicit || (options.mail_use_tls ?? false) || sendsPassword;
  }

  async send(mail: Mail): Promise<DeliveryReceipt> {
    const stepsMs = Math.min(this.stepMs * (stepsOfMail + mail.to.length), longestStepsMs);
    const watch = new MailWatch(this.context.signal, `the mail server ${this.host}`, { stepMs: this.stepMs, stepsMs, answerMs: this.answerLimitMs });
    // What ended the connection says more than what the protocol made of it.
    const ended: { fault?: unknown } = {};
    try {
      const sent = await this.open(ended, watch).sendMail({ ...mail.content, signal: watch.signal });
      const undelivered = refusedRecipients(sent.rejectedErrors);
      return { reference: `${mail.messageId} ${wordsOf(sent.response)}`.trim(), ...(undelivered.length > 0 && { undelivered }) };
    } catch (error) {
      throw this.faultOf(error, watch, ended.fault);
    } finally {
      watch.end();
    }
  }

  close(): void {
    this.transporter?.close();
    this.transporter = null;
  }

  private faultOf(error: unknown, watch: MailWatch, ended: unknown): AppError {
    if (this.context.signal.aborted && watch.fault !== undefined) return watch.fault;
    if (watch.isHandedOver && !isAnswer(error)) {
      const why = watch.fault === undefined ? 'the connection ended' : `there was no answer for ${this.answerLimitMs / 60_000} min`;
      const message = `the mail server ${this.host}:${this.port} had the whole mail and did not say whether it took it (${why}): it is sent again after a while, and may then arrive twice`;
      return new AppError('upstream_failed', message, { reason: 'notification.outcome_unknown', retryAfterMs: unknownPauseMs, cause: error });
    }
    const { mail_username: user, mail_password: secret } = this.options;
    return watch.fault ?? smtpFault(error, { server: `${this.host}:${this.port}`, isTlsRequired: this.isTlsRequired, isSignedIn: user !== undefined, secret, ended });
  }

  private open(ended: { fault?: unknown }, watch: MailWatch): Transporter<SMTPSentMessageInfo> {
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
            watch.over(connection);
            callback(null, { connection });
          },
          (error: unknown) => {
            ended.fault = error;
            callback(error instanceof Error ? error : new Error('no connection'));
          },
        );
      },
      // From the first lookup to the greeting, with TLS between; each of them has a limit of its own.
      connectionTimeout: this.stepMs * 3,
      greetingTimeout: this.stepMs,
      // Of any silence, also after the whole mail: silence before that is watched for.
      socketTimeout: smtpSendLimitMs,
      socketCloseTimeout: closeMs,
      logger: listener(() => watch.handedOver()),
    });
    return this.transporter;
  }
}

const ignore = () => undefined;

/** The log is the only place where nodemailer says that the mail with its last dot has gone to the connection. */
const listener = (onWhole: () => void) => ({
  trace: ignore,
  debug: ignore,
  info: (entry: unknown) => {
    if (typeof entry === 'object' && entry !== null && 'tnx' in entry && entry.tnx === 'message' && 'outByteCount' in entry) onWhole();
  },
  warn: ignore,
  error: ignore,
  fatal: ignore,
});
