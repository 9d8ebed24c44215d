import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  path: string;
  nonce: string | null;
  payload: unknown;
}

export type Answering = (asked: Asked, response: ServerResponse, ca: HostileCa) => unknown;

/** A CA that a test makes misbehave: what `answering` leaves alone is answered as RFC 8555 has it. */
export class HostileCa {
  readonly asked: Asked[] = [];
  answering: Answering = () => undefined;
  private nonces = 0;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(): Promise<HostileCa> {
    const ca = new HostileCa();
    await new Promise<void>((resolve) => ca.server.listen(0, '127.0.0.1', resolve));
    return ca;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  get directoryUrl(): string {
    return `${this.url}/dir`;
  }

  count(path: string): number {
    return this.asked.filter((asked) => asked.path === path).length;
  }

  nonce(): string {
    return `nonce-${(this.nonces += 1)}`;
  }

  problem(response: ServerResponse, status: number, type: string, headers: Record<string, string> = {}): void {
    response.writeHead(status, { 'content-type': 'application/problem+json', 'replay-nonce': this.nonce(), ...headers });
    response.end(JSON.stringify({ type: `urn:ietf:params:acme:error:${type}`, detail: `that was ${type}` }));
  }

  json(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
    response.writeHead(200, { 'content-type': 'application/json', 'replay-nonce': this.nonce(), ...headers });
    response.end(JSON.stringify(body));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const asked = { method: request.method ?? '', path: request.url ?? '', ...contentOf(text) };
    this.asked.push(asked);
    if (this.answering(asked, response, this) === true) return;
    const { url } = this;
    if (asked.path === '/dir') this.json(response, { newNonce: `${url}/nonce`, newAccount: `${url}/account`, newOrder: `${url}/order`, revokeCert: `${url}/revoke`, keyChange: `${url}/key`, meta: { profiles: { classic: 'c' } } });
    else if (asked.path === '/nonce') response.writeHead(204, { 'replay-nonce': this.nonce() }).end();
    else if (asked.path === '/account') this.json(response, { status: 'valid' }, { location: `${url}/account/1` });
    else if (asked.path === '/order') this.json(response, { status: 'pending', authorizations: [], finalize: `${url}/finalize` }, { location: '/order/1' });
    else if (asked.path === '/order/1') this.json(response, { status: 'ready', authorizations: [], finalize: `${url}/finalize` });
    else this.problem(response, 404, 'malformed');
  }
}

function contentOf(text: string): Pick<Asked, 'nonce' | 'payload'> {
  if (text === '') return { nonce: null, payload: null };
  const jws: { protected: string; payload: string } = JSON.parse(text);
  const decode = (part: string) => (part === '' ? null : JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { nonce: decode(jws.protected).nonce, payload: decode(jws.payload) };
}
