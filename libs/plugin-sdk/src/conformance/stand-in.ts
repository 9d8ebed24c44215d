import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket, type PeerCertificate } from 'node:tls';

/** A request as a stand-in sees it. */
export interface SeenRequest {
  method: string;
  /** With query. */
  url: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  text: string;
  /** The body as JSON, null when it is none. */
  json: unknown;
  /** Subject of the client certificate, null without. */
  clientName: string | null;
}

export interface StandInAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** An object goes out as JSON. */
  body?: string | Uint8Array | object;
  /** Answers only after it. */
  delayMs?: number;
}

export interface StandIn {
  url: string;
  requests: SeenRequest[];
  stop(): Promise<void>;
}

/**
 * An HTTP server on loopback that answers like a documented interface, for products that cannot be had.
 *
 * @param tls key, certificate and, to ask for client certificates, `ca` and `requestCert`
 */
export async function startStandIn(answer: (request: SeenRequest) => StandInAnswer | Promise<StandInAnswer>, tls?: ServerOptions): Promise<StandIn> {
  const requests: SeenRequest[] = [];
  const listener: RequestListener = (incoming, outgoing) => {
    void (async () => {
      const request = await seen(incoming);
      requests.push(request);
      const { status = 200, headers = {}, body = '', delayMs = 0 } = await answer(request);
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      const isRaw = typeof body === 'string' || body instanceof Uint8Array;
      outgoing.writeHead(status, { ...(isRaw ? {} : { 'content-type': 'application/json' }), ...headers });
      outgoing.end(isRaw ? body : JSON.stringify(body));
    })().catch((error: unknown) => {
      outgoing.writeHead(500);
      outgoing.end(`stand-in: ${String(error)}`);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- it listens on TCP
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function seen(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) if (chunk instanceof Uint8Array) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const url = incoming.url ?? '/';
  const { pathname, searchParams } = new URL(url, 'http://stand-in.test');
  return { method: incoming.method ?? 'GET', url, path: pathname, query: searchParams, headers: incoming.headers, text, json: jsonOf(text), clientName: clientNameOf(incoming) };
}

/** Common name of the certificate that a client presented; null without. */
export function clientNameOf({ socket }: IncomingMessage): string | null {
  if (!(socket instanceof TLSSocket)) return null;
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- it is empty when there is none
  const { subject } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  return subject === undefined ? null : String(subject.CN);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
