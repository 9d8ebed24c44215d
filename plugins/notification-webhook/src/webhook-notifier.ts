import { AppError } from '@sifaka/kernel';
import { HttpApi, type ApiRequest, type DeliveryReceipt, type NotificationMessage, type Notifier, type PluginContext } from '@sifaka/plugin-sdk';
import { signatureHeaders } from '@sifaka/signed-webhook';
import { z } from 'zod';
import { cloudEventOf } from './cloud-event.js';
import type { WebhookOptions } from './options.js';

/** It has it already. */
const conflict = 409;
/** It wants no more. */
const gone = 410;
/** There is nothing at the address: while it is deployed, or until somebody sets it right. */
const missing = [404, 405];

/** What the receiver may call it; an answer of another shape says nothing. */
const Taken = z.object({ reference: z.string().min(1).max(255) });

/** Somebody's program that is told by signed CloudEvents. */
export class WebhookNotifier implements Notifier {
  private readonly host: string;
  private readonly api: HttpApi;

  constructor(
    private readonly options: WebhookOptions,
    private readonly context: PluginContext,
  ) {
    const address = new URL(options.url);
    this.host = address.host;
    this.api = new HttpApi({
      name: `the webhook at ${this.host}`,
      url: options.url,
      secrets: [options.secret, ...secretsIn(options.url, address)],
      context,
      followsRedirects: false,
      ...(options.ca_bundle !== undefined && { fetch: context.outbound.fetchWith({ caPem: options.ca_bundle }) }),
    });
  }

  recipients(): readonly string[] {
    return [this.host];
  }

  async send(message: NotificationMessage): Promise<DeliveryReceipt> {
    const body = JSON.stringify(cloudEventOf(message));
    const request: ApiRequest = {
      method: 'POST',
      content: { type: 'application/cloudevents+json; charset=utf-8', body },
      headers: { ...signatureHeaders(this.options.secret, this.context.clock.now(), body), 'idempotency-key': message.deliveryId },
      accepts: [conflict, gone, ...missing],
    };
    const taken = await this.api.send('', request);
    const { status, body: answer } = taken;
    if (missing.includes(status)) throw new AppError('not_found', this.api.refusal('', request, taken).message, { reason: 'notification.webhook_missing' });
    if (status === gone) throw new AppError('failed_precondition', `the webhook at ${this.host} answered 410: it wants no more messages`, { reason: 'notification.webhook_gone' });
    return { reference: Taken.safeParse(answer).data?.reference ?? null };
  }
}

/** What receivers repeat of the address: the query, its values and the path may be the key to it. Shorter ones would take words out of answers. */
const secretsIn = (url: string, { search, pathname, searchParams }: URL): string[] => [url, search, pathname, ...searchParams.values()].filter((each) => each.length > 8);
