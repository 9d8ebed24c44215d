import { AppError } from '@sifaka/kernel';
import type { PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { awsFault } from './aws-fault.js';
import type { AwsOptions } from './aws-options.js';
import type { AwsSession } from './aws-session.js';
import { sendSigned } from './signed-request.js';

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

  private exchange(operation: string, body: string, what: string): Promise<{ status: number; text: string }> {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${this.settings.target}.${operation}` };
    return sendSigned({ ...this.settings, url: this.url, headers, body, what });
  }
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
