import { AppError } from '@sifaka/kernel';
import { HttpApi, type DeliveryReceipt, type NotificationMessage, type Notifier, type PluginContext } from '@sifaka/plugin-sdk';
import { teamsMessageOf } from './adaptive-card.js';
import { isMicrosofts, type TeamsOptions } from './options.js';

/** What connectors answer with status 200 when Teams itself did not take the message. */
const failureInside = /Webhook message delivery failed with error: .*?HTTP error (\d{3})/;

const limitRetryMs = 60_000;

/** The workflow was deleted or switched off: until somebody gives another address. */
const missing = 404;

/** https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using */
export class TeamsNotifier implements Notifier {
  private readonly api: HttpApi;

  constructor(options: TeamsOptions, context: PluginContext) {
    const address = new URL(options.webhook);
    const port = Number(address.port || (address.protocol === 'https:' ? 443 : 80));
    // Whoever may save notifications does not thereby choose where on the inside they are posted.
    if (!isMicrosofts(address) && !context.outbound.isNamed({ host: address.hostname, port })) {
      const message = 'must be the https address of a workflow of Power Automate (…logic.azure.com, …api.powerplatform.com), or lead to a host in SIFAKA_OUTBOUND_ALLOWED_HOSTS';
      throw new AppError('invalid_argument', `webhook: ${message}`, { reason: 'plugin.bad_option', fields: [{ path: 'plugin.pluginOptions.webhook', message }] });
    }
    // The signature in the query, or the path, is what is secret of it.
    const secrets = [options.webhook, address.search, address.pathname, ...address.searchParams.values()].filter((each) => each.length > 8);
    this.api = new HttpApi({ name: 'Microsoft Teams', url: options.webhook, secrets, context, followsRedirects: false });
  }

  async send(message: NotificationMessage): Promise<DeliveryReceipt> {
    const request = { method: 'POST', json: teamsMessageOf(message), accepts: [missing] } as const;
    const answer = await this.api.send('', request);
    const status = answer.status === missing ? missing : typeof answer.body === 'string' ? failureInside.exec(answer.body)?.[1] : undefined;
    if (status === undefined) return { reference: answer.headers.get('x-ms-workflow-run-id') };
    const fault = this.api.refusal('', request, { ...answer, status: Number(status) });
    if (Number(status) === missing) throw new AppError('not_found', fault.message);
    throw fault.code === 'rate_limited' && fault.retryAfterMs === undefined ? new AppError('rate_limited', fault.message, { retryAfterMs: limitRetryMs }) : fault;
  }
}
