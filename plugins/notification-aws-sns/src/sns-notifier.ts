import { GetTopicAttributesCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { AwsSession, callAws, isAwsFault } from '@sifaka/aws';
import { AppError, isAppError, toAppError } from '@sifaka/kernel';
import { limitedCall, type DeliveryReceipt, type NotificationMessage, type NotifiedCertificate, type Notifier, type PluginContext, type UndeliveredRecipient } from '@sifaka/plugin-sdk';
import { snsMessageOf, snsSubjectOf } from './sns-message.js';
import type { SnsOptions } from './options.js';

type LimitedCall = ReturnType<typeof limitedCall>;

const missing = ['NotFound', 'NotFoundException', 'KMSNotFound', 'KMSNotFoundException', 'KMSDisabled', 'KMSDisabledException', 'KMSInvalidState', 'KMSInvalidStateException', 'KMSOptInRequired'];

/** The host gives up after 90 s and tries again, and the first try must be over by then: AWS's kit alone would go on for longer. */
const sendLimitMs = 80_000;

/** A topic, with the platform's own credentials: as in Lemur, no role is assumed. */
export class SnsNotifier implements Notifier {
  readonly isPerCertificate = true;
  private readonly session: AwsSession;
  private readonly topicArn: string;
  private opened: SNSClient | null = null;

  constructor(
    private readonly options: SnsOptions,
    private readonly context: PluginContext,
  ) {
    this.session = new AwsSession({ ...options, role: '' }, null, context);
    this.topicArn = `arn:${options.partition}:sns:${options.region}:${options.accountNumber}:${options.topicName}`;
  }

  recipients(): readonly string[] {
    return [this.topicArn];
  }

  /** That the topic is there; whoever may publish and nothing else has no right to ask, and is believed. */
  async check(): Promise<void> {
    try {
      await callAws(`look at ${this.topicArn}`, this.context.signal, (abortSignal) => this.client().send(new GetTopicAttributesCommand({ TopicArn: this.topicArn }), { abortSignal }));
    } catch (error) {
      if (!isAwsFault(error, 'AuthorizationError', 'AuthorizationErrorException', 'AccessDenied', 'AccessDeniedException')) throw error;
    }
  }

  /** The host gives certificates one by one; of a message about several, what did not go out is named, and is all that is sent the next time. */
  async send(message: NotificationMessage): Promise<DeliveryReceipt> {
    const all: readonly (NotifiedCertificate | null)[] = message.certificates.length === 0 ? [null] : message.certificates;
    const wanted = all.filter((each) => each === null || message.onlyTo === undefined || message.onlyTo.includes(nameOf(each)));
    const limit = limitedCall(this.context.signal, this.topicArn, sendLimitMs);
    try {
      return await this.publishAll(message, wanted, limit);
    } finally {
      limit.end();
    }
  }

  close(): Promise<void> {
    this.opened?.destroy();
    this.opened = null;
    this.session.close();
    return Promise.resolve();
  }

  private async publishAll(message: NotificationMessage, wanted: readonly (NotifiedCertificate | null)[], limit: LimitedCall): Promise<DeliveryReceipt> {
    const undelivered: UndeliveredRecipient[] = [];
    let reference: string | null = null;
    let sent = 0;
    for (const [index, certificate] of wanted.entries()) {
      try {
        reference = (await this.publish(message, certificate, limit)) ?? reference;
        sent += 1;
      } catch (error) {
        const { code, reason, message: detail } = toAppError(error);
        // SNS does not take this one; others it may.
        const isOfOne = code === 'failed_precondition' && reason !== 'outbound.refused';
        // Nothing went out: the fault says more than a list.
        if (sent === 0 && (!isOfOne || index === wanted.length - 1)) throw error;
        undelivered.push(...named(isOfOne ? [certificate] : wanted.slice(index), detail, !isOfOne));
        if (!isOfOne) break;
      }
    }
    return { reference, ...(undelivered.length > 0 && { undelivered }) };
  }

  /** Subscribers that see a message twice, as after a crash, know it by its id. */
  private async publish(message: NotificationMessage, certificate: NotifiedCertificate | null, limit: LimitedCall): Promise<string | null> {
    const id = certificate === null ? message.deliveryId : `${message.deliveryId}.${certificate.id}`;
    const command = new PublishCommand({
      TopicArn: this.topicArn,
      Subject: snsSubjectOf(message),
      Message: snsMessageOf(message, certificate),
      MessageAttributes: {
        notification_type: { DataType: 'String', StringValue: message.event },
        severity: { DataType: 'String', StringValue: message.severity },
        message_id: { DataType: 'String', StringValue: id },
      },
      // Such a topic drops what it has had within five minutes.
      ...(this.options.topicName.endsWith('.fifo') && { MessageGroupId: 'sifaka', MessageDeduplicationId: id.slice(0, 128) }),
    });
    try {
      const { MessageId: reference } = await callAws(`publish on ${this.topicArn}`, limit.signal, (abortSignal) => this.client().send(command, { abortSignal }));
      return reference ?? null;
    } catch (error) {
      // Every message waits for the topic, and for its key.
      if (isAppError(error) && isAwsFault(error, ...missing)) throw new AppError('not_found', error.message, { reason: error.reason, cause: error });
      throw limit.fault() ?? error;
    }
  }

  private client(): SNSClient {
    this.opened ??= new SNSClient(this.session.config(this.options.region));
    return this.opened;
  }
}

/** As receipts and `onlyTo` name it. */
const nameOf = ({ id }: NotifiedCertificate): string => `certificate ${id}`;

const named = (certificates: readonly (NotifiedCertificate | null)[], detail: string, isWorthRetrying: boolean): UndeliveredRecipient[] =>
  certificates.flatMap((each) => (each === null ? [] : [{ recipient: nameOf(each), detail, isWorthRetrying }]));
