import { createServer, request, type IncomingMessage } from 'node:http';

/** A call of AWS on its way to moto. */
export interface MotoCall {
  /** As in signatures: `iam`, `acm`, `elasticloadbalancing`. */
  service: string;
  region: string;
  /** For example `ListServerCertificates`; method and path where the protocol has no actions. */
  action: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface MotoAnswer {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

export interface MotoProxy {
  url: string;
  calls: MotoCall[];
  stop(): Promise<void>;
}

/**
 * Between a client and moto, for what moto never does: what `instead` returns goes out in place of moto's answer, or after it has done what
 * it was asked to (`after`).
 */
export async function startMotoProxy(moto: string, { instead = () => null, after = () => null }: { instead?: (call: MotoCall) => MotoAnswer | null; after?: (call: MotoCall, answer: string) => MotoAnswer | null }): Promise<MotoProxy> {
  const calls: MotoCall[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await bodyOf(incoming);
      const call = callOf(incoming, body);
      calls.push(call);
      const answer = instead(call) ?? (await forward(moto, incoming, body, (text) => after(call, text)));
      outgoing.writeHead(answer.status, answer.headers ?? { 'content-type': 'text/xml' });
      outgoing.end(answer.body);
    })().catch((error: unknown) => {
      outgoing.writeHead(500);
      outgoing.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen on TCP');
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function callOf({ method = 'GET', url: path = '/', headers }: IncomingMessage, body: string): MotoCall {
  const [, region = '', service = ''] = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  const target = headers['x-amz-target'];
  const action = (typeof target === 'string' ? target.split('.').at(-1) : undefined) ?? new URLSearchParams(body).get('Action') ?? `${method} ${path.split('?')[0]}`;
  return { service, region, action, path, headers, body };
}

/** Signatures cover the host, so it stays the one that the client named. */
function forward(moto: string, { method = 'GET', url = '/', headers }: IncomingMessage, body: string, after: (answer: string) => MotoAnswer | null): Promise<MotoAnswer> {
  const { hostname, port } = new URL(moto);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path: url, headers, agent: false }, (incoming) => {
      bodyOf(incoming).then((text) => {
        const { 'transfer-encoding': _chunked, 'content-length': _length, connection: _connection, ...rest } = incoming.headers;
        const kept = Object.fromEntries(Object.entries(rest).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
        resolve(after(text) ?? { status: incoming.statusCode ?? 500, headers: kept, body: text });
      }, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
