import { request as httpsRequest, type Agent as HttpsAgent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { AppError } from '@sifaka/kernel';
import ntlm from 'httpntlm/ntlm.js';

const timeoutMs = 30_000;
const maxAnswerBytes = 2_000_000;

export interface NtlmAccount {
  user: string;
  password: string;
}

/**
 * `fetch` for a server that wants NTLM: it authenticates the connection, so all three requests of the handshake go over one.
 *
 * @param openAgent makes an agent of its own for each exchange
 */
export function ntlmFetch(openAgent: () => HttpsAgent, { user, password }: NtlmAccount): typeof globalThis.fetch {
  const account = { ...splitUser(user), password, workstation: '' };
  return async (input, init = {}) => {
    const agent = openAgent();
    try {
      const url = new URL(input instanceof Request ? input.url : input);
      const call: Call = { url, agent, method: init.method ?? 'GET', headers: Object.fromEntries(new Headers(init.headers)), body: typeof init.body === 'string' ? init.body : '', signal: init.signal ?? undefined };
      // The body travels with the last request alone.
      const challenged = await send({ ...call, body: '', headers: { ...call.headers, authorization: ntlm.createType1Message({ ...account }) } });
      const challenge = challengeOf(challenged);
      return challenge === null ? challenged : await send({ ...call, headers: { ...call.headers, authorization: ntlm.createType3Message(challenge, { ...account }) } });
    } finally {
      agent.destroy();
    }
  };
}

/** `DOMAIN\user` has a domain of its own; `user@domain` goes as it is. */
function splitUser(user: string): { domain: string; username: string } {
  const [domain = '', username] = user.split('\\');
  return username === undefined ? { domain: '', username: user } : { domain, username };
}

/** @returns null when the server let the first request pass */
function challengeOf(response: Response): object | null {
  if (response.status !== 401) return null;
  const header = response.headers.get('www-authenticate') ?? '';
  const offered = /NTLM\s+[A-Za-z0-9+/=]+/.exec(header)?.[0];
  if (offered === undefined) throw new AppError('permission_denied', `AD CS does not offer NTLM; it offers ${header || 'nothing'}: choose another auth_method`, { reason: 'adcs.no_ntlm' });
  const faults: Error[] = [];
  const challenge = ntlm.parseType2Message(offered, (error) => faults.push(error));
  if (faults.length > 0 || challenge === undefined || challenge === null) throw new AppError('upstream_failed', 'AD CS sent an NTLM challenge that cannot be read', { reason: 'adcs.bad_challenge' });
  return challenge;
}

interface Call {
  url: URL;
  agent: HttpsAgent;
  method: string;
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal | undefined;
}

function send({ url, agent, method, headers, body, signal }: Call): Promise<Response> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(url, { agent, method, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) }, timeout: timeoutMs, signal });
    outgoing.once('timeout', () => outgoing.destroy(Object.assign(new Error('no answer within the time limit'), { name: 'TimeoutError' })));
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      read(incoming).then((text) => resolve(responseOf(incoming, text)), reject);
    });
    outgoing.end(body);
  });
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > maxAnswerBytes) throw new AppError('upstream_failed', `AD CS answered with more than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function responseOf({ statusCode = 502, headers }: IncomingMessage, text: string): Response {
  const received = new Headers();
  for (const [name, value] of Object.entries(headers)) for (const each of [value ?? []].flat()) received.append(name, each);
  return new Response(statusCode === 204 || statusCode === 304 ? null : text, { status: statusCode, headers: received });
}
