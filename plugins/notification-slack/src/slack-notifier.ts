import { AppError, type ErrorCode } from '@sifaka/kernel';
import { HttpApi, type ApiAnswer, type DeliveryReceipt, type NotificationMessage, type Notifier, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { apiAddress, webhookAddress, type SlackOptions } from './options.js';
import { slackMessageOf } from './slack-message.js';

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, https://docs.slack.dev/reference/methods/chat.postMessage */
export class SlackNotifier implements Notifier {
  readonly check?: () => Promise<void>;
  private readonly api: HttpApi;

  constructor(
    private readonly options: SlackOptions,
    private readonly context: PluginContext,
  ) {
    const { webhook, token, api_url: url } = options;
    if (webhook !== undefined) requireSlack('webhook', webhook, webhookAddress, 'https://hooks.slack.com/services/', context);
    else requireSlack('api_url', url, apiAddress, 'https://slack.com/api', context);
    this.api = new HttpApi({ name: 'Slack', url: webhook ?? url, secrets: [token ?? '', ...(webhook === undefined ? [] : secretsIn(webhook))], context, followsRedirects: false, ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }) });
    if (token !== undefined) {
      this.check = async () => {
        await this.call('/auth.test', {});
      };
    }
  }

  recipients(): readonly string[] {
    const { channel, recipients } = this.options;
    const named = (this.options.token === undefined ? recipients : (channel ?? recipients)) ?? '';
    return named === '' ? [] : [named];
  }

  async send(message: NotificationMessage): Promise<DeliveryReceipt> {
    const { username, token } = this.options;
    const [channel] = this.recipients();
    const content = { ...slackMessageOf(message), username, ...(channel !== undefined && { channel }) };
    if (token !== undefined) {
      const { ts = null } = await this.call('/chat.postMessage', content);
      return { reference: ts };
    }
    const answer = await this.api.send('', { method: 'POST', json: content, accepts: statuses });
    if (answer.status >= 300 || answer.body !== 'ok') throw this.webhookFault(answer);
    return { reference: null };
  }

  /** The web API answers 200 to refusals as well. */
  private async call(path: string, json: object): Promise<{ ts?: string | undefined }> {
    const answer = await this.api.send(path, { method: 'POST', json, headers: { 'content-type': 'application/json; charset=utf-8' } });
    const { ok, error = 'no reason', ts, needed } = this.api.parse(Answer, answer, path);
    if (ok) return { ts };
    const scope = needed === undefined ? '' : `: the app needs the scope ${needed}`;
    throw new AppError(codeOf(error), `Slack refused ${path.slice(1)}: ${error}${scope}${remedies[error] ?? ''}`, { reason: `slack.${error}`, ...(codeOf(error) === 'rate_limited' && { retryAfterMs: 30_000 }) });
  }

  private webhookFault(answer: ApiAnswer): AppError {
    const word = typeof answer.body === 'string' ? (/^[a-z_]{3,64}$/.exec(answer.body.trim())?.[0] ?? null) : null;
    const plain = this.api.refusal('the webhook', { method: 'POST' }, answer);
    if (word === null && (answer.status === 404 || answer.status === 410)) return new AppError('not_found', plain.message);
    if (word === null) return answer.status < 300 ? new AppError('upstream_failed', `Slack did not take the message: ${plain.message}`) : plain;
    // 404 for a webhook that was taken back is a refusal; what it says may pass, passes.
    return answer.status === 429 || answer.status >= 500 ? plain : new AppError(codeOf(word), `Slack refused the message: ${word}${remedies[word] ?? ''}`, { reason: `slack.${word}` });
  }
}

const statuses = [400, 403, 404, 410];

const Answer = z.looseObject({ ok: z.boolean(), error: z.string().regex(/^[\w-]{1,64}$/).optional().catch('unknown'), ts: z.string().optional(), needed: z.string().max(200).optional().catch(undefined) });

const refusals = new Set(['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired', 'no_permission', 'missing_scope', 'not_allowed_token_type', 'access_denied', 'ekm_access_denied', 'org_login_required', 'invalid_token', 'action_prohibited', 'restricted_action', 'team_disabled', 'no_team', 'no_service', 'no_active_hooks', 'posting_to_general_channel_denied', 'not_in_channel', 'is_archived', 'channel_is_archived']);
/** Of this message: no other attempt ends better. What nobody knows may pass. */
const refusedMessages = new Set(['msg_too_long', 'no_text', 'invalid_payload', 'invalid_blocks', 'invalid_blocks_format', 'invalid_attachments', 'too_many_attachments', 'invalid_arguments', 'invalid_arg_name', 'invalid_array_arg', 'invalid_charset', 'invalid_form_data', 'invalid_post_type', 'missing_post_type', 'invalid_metadata_format', 'markdown_text_conflict']);

function codeOf(error: string): ErrorCode {
  if (error === 'ratelimited' || error === 'rate_limited' || error === 'message_limit_exceeded') return 'rate_limited';
  if (error === 'channel_not_found' || error === 'user_not_found') return 'not_found';
  if (refusals.has(error)) return 'permission_denied';
  return refusedMessages.has(error) ? 'failed_precondition' : 'upstream_failed';
}

const remedies: Readonly<Record<string, string>> = {
  not_in_channel: ': invite the bot into the channel',
  channel_not_found: ': the channel is unknown, or it is private and the bot is not in it',
  is_archived: ': the channel is archived',
  channel_is_archived: ': the channel is archived',
  no_service: ': the webhook was taken back; make a new one',
  invalid_token: ': the webhook was taken back; make a new one',
};

/**
 * Users name Slack's own addresses alone; others are reached where an administrator of the installation opened the host, so that nobody makes
 * messages go to an address inside by calling it Slack.
 */
function requireSlack(option: 'webhook' | 'api_url', address: string, pattern: RegExp, expected: string, context: PluginContext): void {
  const { hostname, port, protocol } = new URL(address);
  if (pattern.test(address) || context.outbound.isNamed({ host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) })) return;
  const message = `must begin with ${expected}, or lead to a host in SIFAKA_OUTBOUND_ALLOWED_HOSTS`;
  throw new AppError('invalid_argument', `${option}: ${message}`, { reason: 'plugin.bad_option', fields: [{ path: `plugin.pluginOptions.${option}`, message }] });
}

/** Whoever has the path may write: it is what is secret of a webhook. */
const secretsIn = (webhook: string): string[] => [webhook, new URL(webhook).pathname].filter((each) => each.length > 1);
