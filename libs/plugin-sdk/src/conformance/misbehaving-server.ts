import { createServer, Socket, type Server } from 'node:net';
import { AppError } from '@sifaka/kernel';
import type { Outbound } from '../context.js';

export interface HttpRefusal {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** `away`: nobody listens · `silent`: takes everything and never answers · `hangs up`: ends every connection at once · or an HTTP answer to every request. */
export type Misbehaviour = 'away' | 'silent' | 'hangs up' | HttpRefusal;

export interface MisbehavingServer {
  host: string;
  port: number;
  /** Somebody came. */
  connected: Promise<void>;
  /** Something was asked. */
  asked: Promise<void>;
  close(): Promise<void>;
}

/** A far side on loopback that does not do its part. */
export async function misbehavingServer(behaviour: Misbehaviour): Promise<MisbehavingServer> {
  const sockets = new Set<Socket>();
  let hear: (() => void) | undefined;
  let meet: (() => void) | undefined;
  const connected = new Promise<void>((resolve) => (meet = resolve));
  const asked = new Promise<void>((resolve) => (hear = resolve));
  const server = createServer((socket) => {
    sockets.add(socket);
    meet?.();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    if (behaviour === 'hangs up') return void socket.destroy();
    socket.on('data', () => {
      hear?.();
      if (typeof behaviour !== 'string') socket.end(httpAnswer(behaviour));
    });
  });
  const port = await listening(server);
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  if (behaviour === 'away') await close();
  return { host: '127.0.0.1', port, connected, asked, close };
}

/** A way out whose connections and requests end after a while, as the host's do. */
export function limitedOutbound(outbound: Outbound, timeoutMs: number): Outbound {
  const fault = () => new AppError('upstream_timeout', `no answer within ${timeoutMs} ms`);
  const watched = <Made>(socket: Made): Made => {
    if (isSocket(socket)) socket.setTimeout(timeoutMs, () => socket.destroy(fault()));
    return socket;
  };
  return {
    fetchWith: (trust) => {
      const fetch = outbound.fetchWith(trust);
      return (input, init) => fetch(input, { ...init, signal: limitedSignal(init?.signal, timeoutMs) });
    },
    connect: async (target) => watched(await outbound.connect({ ...target, timeoutMs })),
    secureContext: (trust) => outbound.secureContext(trust),
    isNamed: (target) => outbound.isNamed(target),
    agents: (trust) => {
      const agents = outbound.agents(trust);
      const [plain, secure] = [agents.http.createConnection.bind(agents.http), agents.https.createConnection.bind(agents.https)];
      agents.http.createConnection = (...request) => watched(plain(...request));
      agents.https.createConnection = (...request) => watched(secure(...request));
      return agents;
    },
  };
}

/** Held by its timer: Node 20 forgets an `AbortSignal.timeout` that only an `AbortSignal.any` knows. */
function limitedSignal(signal: AbortSignal | null | undefined, timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new DOMException('no answer', 'TimeoutError')), timeoutMs).unref();
  signal?.addEventListener('abort', () => controller.abort(signal.reason));
  return controller.signal;
}

/** A way out whose guard refuses every address. */
export function refusingOutbound(outbound: Outbound, refusal: AppError): Outbound {
  return {
    fetchWith: () => () => Promise.reject(new TypeError('fetch failed', { cause: refusal })),
    connect: () => Promise.reject(refusal),
    secureContext: (trust) => outbound.secureContext(trust),
    isNamed: (target) => outbound.isNamed(target),
    agents: (trust) => {
      const agents = outbound.agents(trust);
      agents.http.createConnection = agents.https.createConnection = (_options, refuse) => {
        // Whoever asks listens from the next round on.
        setImmediate(() => refuse?.(refusal, new Socket()));
        return undefined;
      };
      return agents;
    },
  };
}

function httpAnswer({ status, headers = {}, body = '' }: HttpRefusal): string {
  const all = { 'content-type': 'application/json', ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
  return `HTTP/1.1 ${status} Refused\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

const isSocket = (made: unknown): made is Socket => typeof made === 'object' && made !== null && 'setTimeout' in made;
