import type { LookupAddress } from 'node:dns';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as startTls, type TLSSocket } from 'node:tls';
import { AppError, isAppError } from '@sifaka/kernel';
import { partOf, timedOut, type Target } from './faults.js';
import type { OutboundGuard } from './outbound-guard.js';
import { openTunnel } from './proxy-tunnel.js';
import type { TlsTerms } from './trust.js';

export interface Route extends Target {
  /** For connection and handshake together. */
  timeoutMs: number;
  /** The configuration of the service names it: it may be private. Default false. */
  isInstallations?: boolean;
}

export type { TlsTerms } from './trust.js';

/** Opens every connection that leaves: no other file of this library connects. */
export class Dialer {
  constructor(
    private readonly guard: OutboundGuard,
    private readonly proxyUrl: string | undefined,
    private readonly hintMs = defaultHintMs,
  ) {}

  /** Straight, for protocols other than HTTP. */
  async connect(route: Route): Promise<Socket> {
    const deadline = new Deadline(route);
    return deadline.within((signal) => this.straight(route, signal));
  }

  /** For HTTP: by the proxy where one is set, unless the target is one of the installation's own. */
  async connectForHttp(route: Route, tls: TlsTerms | null): Promise<Socket> {
    const deadline = new Deadline(route);
    return deadline.within(async (signal) => {
      const socket = await (this.proxyUrl === undefined || this.guard.goesStraight(route.host, route.port) ? this.straight(route, signal) : this.byProxy(this.proxyUrl, route, signal));
      return tls === null ? socket : secured(socket, route.host, tls, signal);
    });
  }

  private async straight({ host, port, isInstallations = false }: Route, signal: AbortSignal): Promise<Socket> {
    const addresses = await this.guard.addressesOf(host, port, isInstallations);
    return opened(connectTcp({ host, port, lookup: pinnedTo(addresses), noDelay: true, keepAlive: true }), 'connect', signal);
  }

  /**
   * The proxy looks the name up. Names that only it knows are its business; one that is known here is checked all the same.
   */
  private async byProxy(proxyUrl: string, target: Target, signal: AbortSignal): Promise<Socket> {
    await this.refuseKnown(target);
    const proxy = new URL(proxyUrl);
    const host = proxy.hostname.replace(/^\[|\]$/g, '');
    const isSecure = proxy.protocol === 'https:';
    const socket = await opened(connectTcp({ host, port: Number(proxy.port || (isSecure ? 443 : 80)), noDelay: true, keepAlive: true }), 'connect', signal).catch(proxyFault);
    const secure = isSecure ? await opened(startTls({ socket, host, ...servername(host) }), 'secureConnect', signal).catch(proxyFault) : socket;
    return openTunnel(secure, proxy, target, signal);
  }

  /** Resolvers that may not look outside often do not even say so: no answer within the limit is as good as an unknown name. */
  private async refuseKnown({ host, port }: Target): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.hintMs)));
    try {
      await Promise.race([this.guard.addressesOf(host, port).catch(unlessUnknown), limit]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A resolver that answers at all does so in less; the connection through the proxy needs what is left of 10 s. */
const defaultHintMs = 1_500;

/** Answers with what was checked and asks nobody again. */
function pinnedTo(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(Object.assign(new Error('no address'), { code: 'ENODATA' }), '');
    else if (options.all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

function secured(socket: Socket, host: string, { context, isVerified }: TlsTerms, signal: AbortSignal): Promise<TLSSocket> {
  const tls = startTls({ socket, host, ...servername(host), secureContext: context, rejectUnauthorized: isVerified, ALPNProtocols: ['http/1.1'] });
  return opened(tls, 'secureConnect', signal);
}

/** RFC 6066 section 3: an address is no server name. */
const servername = (host: string) => (isIP(host) === 0 ? { servername: host.replace(/\.$/, '') } : {});

function opened<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<S> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      socket.off('error', fail);
      socket.off('close', closed);
      signal.removeEventListener('abort', abort);
    };
    const fail = (error: Error) => {
      settle();
      socket.destroy();
      reject(error);
    };
    const closed = () => fail(Object.assign(new Error('the connection was closed before it was ready'), { code: 'ECONNRESET' }));
    const abort = () => fail(reasonOf(signal));
    socket.once('error', fail);
    socket.once('close', closed);
    socket.once(event, () => {
      settle();
      resolve(socket);
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/** One limit over lookup, connection and handshake. */
class Deadline {
  constructor(private readonly route: Route) {}

  async within(open: (signal: AbortSignal) => Promise<Socket>): Promise<Socket> {
    const abort = new AbortController();
    const opening = open(abort.signal);
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const fault = timedOut(this.route, 'no connection', this.route.timeoutMs);
        abort.abort(fault);
        reject(fault);
      }, this.route.timeoutMs);
    });
    try {
      // A lookup cannot be stopped: it is no longer waited for, and what it finds is not connected to.
      return await Promise.race([opening, limit]);
    } finally {
      clearTimeout(timer);
      opening.then((socket) => abort.signal.aborted && socket.destroy()).catch(() => undefined);
    }
  }
}

const unknownHere = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA']);

function unlessUnknown(error: unknown): void {
  const code = partOf(error, 'code');
  if (typeof code !== 'string' || !unknownHere.has(code)) throw error;
}

function proxyFault(error: unknown): never {
  throw isAppError(error) ? error : new AppError('unavailable', 'the proxy of SIFAKA_OUTBOUND_PROXY cannot be reached', { reason: 'outbound.proxy', cause: error });
}

/** Only ever aborted with a fault of ours. */
const reasonOf = (signal: AbortSignal): AppError => (isAppError(signal.reason) ? signal.reason : new AppError('upstream_timeout', 'given up'));
