import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as requestHttp, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeServerTls } from '@sifaka/peers';

/** One request and what it was answered. */
export interface Passage {
  method: string;
  path: string;
  body: string;
  status: number;
  answer: string;
  location: string | undefined;
}

/** A request that is about to pass: whether it is held, and on which side of the server. */
export type Hold = 'before' | 'after' | null;

export interface Watch {
  /** Decides about a request before the server sees it; `after` lets it pass and holds the answer, if it is none of an error. */
  hold(request: Pick<Passage, 'method' | 'path' | 'body'>): Hold;
  /** A request is held now: whoever asked waits for an answer that never comes. */
  held(request: Pick<Passage, 'method' | 'path' | 'body'>): void;
  /** What the server answered, also when nobody hears it. */
  passed(passage: Passage): void;
}

export interface Gate {
  /** Where the server seems to be. */
  readonly url: string;
  /** Root of the gate's own certificate, when it speaks TLS. */
  readonly caPem: string;
  stop(): Promise<void>;
}

/**
 * Stands before a server and passes everything on, host name included, but what the watch holds: so a process can be killed between any two
 * steps of a conversation, as if by chance.
 *
 * @param target address of the server @param caPem root of its certificate, when it speaks TLS
 */
export async function openGate(target: string, watch: Watch, caPem: string | null = null): Promise<Gate> {
  const pass = passer(new URL(target), watch, caPem);
  const listener: RequestListener = (incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  };
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-gate-'));
  const tls = caPem === null ? null : await makeServerTls(folder);
  const read = (file: string) => readFileSync(join(folder, file));
  const server =
    tls === null ? createServer(listener) : createTlsServer({ cert: read(tls.certificateFile), key: read(tls.keyFile) }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === null ? 'http' : 'https'}://127.0.0.1:${port}`,
    caPem: tls?.caPem ?? '',
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function passer(target: URL, watch: Watch, caPem: string | null) {
  return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = { method: incoming.method ?? '', path: incoming.url ?? '', body: await bodyOf(incoming) };
    const hold = watch.hold(request);
    if (hold === 'before') {
      watch.held(request);
      return;
    }
    const answer = await ask(target, incoming, request.body, caPem);
    const text = await bodyOf(answer);
    const status = answer.statusCode ?? 0;
    watch.passed({ ...request, status, answer: text, location: answer.headers.location });
    if (hold === 'after' && status < 400) {
      watch.held(request);
      return;
    }
    const { 'transfer-encoding': _chunked, ...headers } = answer.headers;
    outgoing.writeHead(status, headers).end(incoming.method === 'HEAD' ? undefined : text);
  };
}

function ask(target: URL, { method, url, headers }: IncomingMessage, body: string, caPem: string | null): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const settings = { host: target.hostname, port: target.port, path: url, method, headers, agent: false };
    const asked = caPem === null ? requestHttp(settings, resolve) : requestHttps({ ...settings, ca: caPem }, resolve);
    asked.once('error', reject).end(body);
  });
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
