import { GetTopicAttributesCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { AwsSession, callAws, isAwsFault } from '@sifaka/aws';
import { AppError, isAppError } from '@sifaka/kernel';
import type { DeliveryReceipt, NotificationMessage, NotifiedCertificate, Notifier, PluginContext } from '@sifaka/plugin-sdk';
import { snsMessageOf, snsSubjectOf } from './sns-message.js';
import type { SnsOptions } from './options.js';

const missing = ['NotFound', 'NotFoundException', 'KMSNotFound', 'KMSNotFoundException', 'KMSDisabled', 'KMSDisabledException', 'KMSInvalidState', 'KMSInvalidStateException', 'KMSOptInRequired'];

/** What has gone out while a delivery is tried again: more than the messages of a bad hour. */
const maxRemembered = 10_000;

/** A topic, with the platform's own credentials: as in Lemur, no role is assumed. */
export class SnsNotifier implements Notifier {
  private readonly session: AwsSession;
  private readonly topicArn: string;
  private readonly published = new Set<string>();
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

  async send(message: NotificationMessage): Promise<DeliveryReceipt> {
    const each: readonly (NotifiedCertificate | null)[] = message.certificates.length === 0 ? [null] : message.certificates;
    let reference: string | null = null;
    for (const certificate of each) reference = (await this.publishOnce(message, certificate)) ?? reference;
    return { reference };
  }

  close(): Promise<void> {
    this.opened?.destroy();
    this.opened = null;
    this.session.close();
    return Promise.resolve();
  }

  /** A delivery that failed half way goes on where it stopped; subscribers that may still see a message twice know it by its id. */
  private async publishOnce(message: NotificationMessage, certificate: NotifiedCertificate | null): Promise<string | null> {
    const id = certificate === null ? message.deliveryId : `${message.deliveryId}.${certificate.id}`;
    if (this.published.has(id)) return null;
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
    const { MessageId: reference } = await this.publish(command);
    if (message.certificates.length > 1) this.remember(id);
    return reference ?? null;
  }

  private async publish(command: PublishCommand) {
    try {
      return await callAws(`publish on ${this.topicArn}`, this.context.signal, (abortSignal) => this.client().send(command, { abortSignal }));
    } catch (error) {
      // Every message waits for the topic, and for its key.
      if (isAppError(error) && isAwsFault(error, ...missing)) throw new AppError('not_found', error.message, { reason: error.reason, cause: error });
      throw error;
    }
  }

  private remember(id: string): void {
    if (this.published.size >= maxRemembered) this.published.clear();
    this.published.add(id);
  }

  private client(): SNSClient {
    this.opened ??= new SNSClient(this.session.config(this.options.region));
    return this.opened;
  }
}
