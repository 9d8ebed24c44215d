import { createHash, createHmac } from 'node:crypto';
import { connectionFault, limitedCall, type PluginContext } from '@sifaka/plugin-sdk';
import { SignatureV4 } from '@smithy/signature-v4';
import { awsFault } from './aws-fault.js';
import type { AwsSession } from './aws-session.js';

const timeoutMs = 30_000;

export interface SignedRequest {
  url: URL;
  /** As in host names and signatures, for example `acm-pca`. */
  service: string;
  region: string;
  headers: Record<string, string>;
  body: string;
  /** What is done, for messages. */
  what: string;
  session: AwsSession;
  context: Pick<PluginContext, 'fetch' | 'signal' | 'clock'>;
}

/** A POST with a signature of version 4, sent once. @throws AppError as `awsFault`, without an answer as `connectionFault` */
export async function sendSigned(request: SignedRequest): Promise<{ status: number; text: string }> {
  const { url, body, what, context } = request;
  const headers = await signed(request).catch((error: unknown) => {
    throw awsFault(what, error);
  });
  const limits = limitedCall(context.signal, 'AWS', timeoutMs);
  try {
    const { host: _host, ...sent } = headers;
    const response = await context.fetch(url.href, { method: 'POST', headers: sent, body, signal: limits.signal });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw limits.fault() ?? connectionFault('AWS', error);
  } finally {
    limits.end();
  }
}

async function signed({ url, service, region, headers, body, session, context }: SignedRequest): Promise<Record<string, string>> {
  const signer = new SignatureV4({ service, region, credentials: session.config().credentials, sha256: Sha256 });
  const { protocol, hostname, pathname, host } = url;
  const request = await signer.sign({ method: 'POST', protocol, hostname, path: pathname, headers: { host, ...headers }, body }, { signingDate: context.clock.now() });
  return request.headers;
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
