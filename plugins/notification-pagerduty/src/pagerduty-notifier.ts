import { AppError } from '@sifaka/kernel';
import { HttpApi, type DeliveryReceipt, type NotificationMessage, type Notifier, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { alertOf } from './alert.js';
import type { PagerDutyOptions } from './options.js';

const endpoints = { us: 'https://events.pagerduty.com', eu: 'https://events.eu.pagerduty.com' } as const;

/** What it recommends when it says nothing: https://developer.pagerduty.com/docs/events-api-v2-overview#response-codes--retry-logic */
const limitRetryMs = 30_000;

const Accepted = z.looseObject({ status: z.literal('success'), dedup_key: z.string().max(255).optional() });
const Refusal = z.looseObject({ message: z.string().optional(), errors: z.array(z.string()).optional() });

/** https://developer.pagerduty.com/docs/send-alert-event */
export class PagerDutyNotifier implements Notifier {
  private readonly api: HttpApi;

  constructor(
    private readonly options: PagerDutyOptions,
    context: PluginContext,
  ) {
    this.api = new HttpApi({ name: 'PagerDuty', url: options.endpoint ?? endpoints[options.region], secrets: [options.routing_key], explain: wordsOf, context, followsRedirects: false });
  }

  async send(message: NotificationMessage): Promise<DeliveryReceipt> {
    const json = { routing_key: this.options.routing_key, ...alertOf(message) };
    try {
      const { dedup_key: key = json.dedup_key } = await this.api.read(Accepted, '/v2/enqueue', { method: 'POST', json });
      return { reference: key };
    } catch (error) {
      if (error instanceof AppError && error.code === 'failed_precondition' && /routing.?key/i.test(error.message)) throw new AppError('permission_denied', error.message);
      throw error instanceof AppError && error.code === 'rate_limited' && error.retryAfterMs === undefined ? new AppError('rate_limited', error.message, { retryAfterMs: limitRetryMs }) : error;
    }
  }
}

function wordsOf(body: unknown): string | undefined {
  const { message, errors = [] } = Refusal.safeParse(body).data ?? {};
  const words = [message, ...errors].filter((each) => each !== undefined && each !== '').join('; ');
  return words === '' ? undefined : words;
}
