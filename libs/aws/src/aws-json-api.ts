import { createHash, createHmac } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import { connectionFault, type PluginContext } from '@sifaka/plugin-sdk';
import { SignatureV4 } from '@smithy/signature-v4';
import { z } from 'zod';
import { awsFault } from './aws-fault.js';
import type { AwsOptions } from './aws-options.js';
import type { AwsSession } from './aws-session.js';

const timeoutMs = 30_000;

const Fault = z.object({ __type: z.string().optional(), message: z.string().optional(), Message: z.string().optional() });

export interface AwsJsonApiSettings {
  /** As in host names and signatures, for example `acm-pca`. */
  service: string;
  /** Prefix of `X-Amz-Target`, for example `ACMPrivateCA`. */
  target: string;
  options: AwsOptions;
  session: AwsSession;
  region: string;
  context: Pick<PluginContext, 'fetch' | 'signal' | 'clock'>;
}

/** A service of AWS that speaks the JSON 1.1 protocol, for those whose client is not worth its weight. */
export class AwsJsonApi {
  private readonly url: URL;

  constructor(private readonly settings: AwsJsonApiSettings) {
    const { service, options, region } = settings;
    const suffix = options.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
    this.url = new URL(options.endpoint ?? `https://${service}.${region}.${suffix}`);
  }

  /**
   * @param what is done, for messages: "issue a certificate"
   * @throws AppError as `awsFault`; `upstream_failed` for an answer of another shape
   */
  async call<Schema extends z.ZodType>(schema: Schema, { operation, what, input }: { operation: string; what: string; input: object }): Promise<z.output<Schema>> {
    const { status, text } = await this.exchange(operation, JSON.stringify(input), what);
    const body = parsed(text);
    if (status >= 400) throw awsFault(what, refusal(status, body));
    const result = schema.safeParse(body);
    if (result.success) return result.data;
    throw new AppError('upstream_failed', `AWS answered ${operation} in a form that is not its API's`, { reason: 'aws.unexpected_answer' });
  }

  private async exchange(operation: string, body: string, what: string): Promise<{ status: number; text: string }> {
    const { context, target } = this.settings;
    const headers = { host: this.url.host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${target}.${operation}` };
    const signed = await this.signed(headers, body).catch((error: unknown) => {
      throw awsFault(what, error);
    });
    try {
      const { host: _host, ...sent } = signed;
      const response = await context.fetch(this.url.href, { method: 'POST', headers: sent, body, signal: AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]) });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw connectionFault('AWS', error);
    }
  }

  private async signed(headers: Record<string, string>, body: string): Promise<Record<string, string>> {
    const { service, session, region } = this.settings;
    const signer = new SignatureV4({ service, region, credentials: session.config().credentials, sha256: Sha256 });
    const { protocol, hostname, pathname } = this.url;
    const request = await signer.sign({ method: 'POST', protocol, hostname, path: pathname, headers, body }, { signingDate: this.settings.context.clock.now() });
    return request.headers;
  }
}

/** SHA-256, and HMAC with a secret, as the signer wants it. */
class Sha256 {
  private readonly hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): Sha256 {
    return new Sha256(this.secret);
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

/** An error as the SDK's clients throw it. */
function refusal(status: number, body: unknown): Error {
  const { __type: type = 'UnknownError', message, Message } = Fault.safeParse(body).data ?? {};
  const name = type.split('#').at(-1) ?? type;
  return Object.assign(new Error(message ?? Message ?? 'no reason given'), { name, $metadata: { httpStatusCode: status } });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
