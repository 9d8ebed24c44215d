import { createHmac } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import { HttpApi, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { CfsslOptions } from './options.js';

const Fault = z.object({ code: z.number().optional(), message: z.string() });
const Answer = z.object({ success: z.boolean(), result: z.unknown(), errors: z.array(Fault).nullish() });

/** The HTTP interface of `cfssl serve` (doc/api of the CFSSL project). */
export class CfsslApi {
  private readonly api: HttpApi;

  constructor(
    private readonly options: CfsslOptions,
    context: PluginContext,
  ) {
    const { url, auth_key: key, ca_bundle: caPem, verify_tls: isVerified } = options;
    this.api = new HttpApi({
      name: 'CFSSL',
      url,
      fetch: context.outbound.fetchWith({ ...(caPem !== undefined && { caPem }), isVerified }),
      explain: wordsOf,
      context,
      ...(key !== undefined && { secrets: [key] }),
    });
  }

  /** @returns PEM text of the issued certificate */
  async sign(request: { certificate_request: string }): Promise<string> {
    const { auth_key: key, profile, label } = this.options;
    const inner = { ...request, ...(profile !== undefined && { profile }), ...(label !== undefined && { label }) };
    const answer = key === undefined ? await this.ask('sign', inner) : await this.ask('authsign', authenticated(inner, key));
    return resultAs(z.object({ certificate: z.string() }), answer).certificate;
  }

  /** @returns PEM text of the CA's certificate */
  async caCertificate(): Promise<string> {
    const { profile, label } = this.options;
    const answer = await this.ask('info', { label: label ?? '', ...(profile !== undefined && { profile }) });
    return resultAs(z.object({ certificate: z.string() }), answer).certificate;
  }

  async revoke(certificate: { serial: string; authority_key_id: string; reason: string }): Promise<void> {
    try {
      await this.ask('revoke', certificate);
    } catch (error) {
      // CFSSL 1.2 records certificates without the identifier, and finds them without it alone.
      if (!(error instanceof AppError) || !/certificate not found/i.test(error.message)) throw error;
      await this.ask('revoke', { ...certificate, authority_key_id: '' });
    }
  }

  private async ask(operation: string, body: object): Promise<unknown> {
    const answer = await this.api.read(Answer, `/api/v1/cfssl/${operation}`, { method: 'POST', json: body }).catch((error: unknown) => {
      throw asRefusal(error);
    });
    if (answer.success) return answer.result;
    throw new AppError('upstream_failed', `CFSSL failed: ${wordsOf(answer) ?? 'no reason given'}`, { reason: 'cfssl.failed' });
  }
}

/** CFSSL says 400 to a wrong token as it does to a wrong request. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'failed_precondition') return error;
  if (/invalid token/i.test(error.message)) return new AppError('permission_denied', `${error.message}: option auth_key is not the key of the profile`, { reason: 'cfssl.wrong_key' });
  // A server whose profiles all want a key does not offer `sign` at all.
  if (/authentication required|cfssl\/sign with 404/i.test(error.message)) return new AppError('permission_denied', `${error.message}: the profile wants option auth_key`, { reason: 'cfssl.key_missing' });
  return error;
}

/** HMAC-SHA256 over the inner request, which goes out as the very bytes that were signed. */
function authenticated(inner: object, hexKey: string): object {
  const request = Buffer.from(JSON.stringify(inner));
  return { token: createHmac('sha256', Buffer.from(hexKey, 'hex')).update(request).digest('base64'), request: request.toString('base64') };
}

function wordsOf(body: unknown): string | undefined {
  const messages = Answer.safeParse(body).data?.errors?.map(({ message, code }) => (code === undefined ? message : `${message} (${code})`));
  return messages === undefined || messages.length === 0 ? undefined : messages.join('; ');
}

function resultAs<Schema extends z.ZodType>(schema: Schema, result: unknown): z.output<Schema> {
  const parsed = schema.safeParse(result);
  if (parsed.success) return parsed.data;
  throw new AppError('upstream_failed', 'CFSSL answered without a certificate', { reason: 'cfssl.no_certificate' });
}
