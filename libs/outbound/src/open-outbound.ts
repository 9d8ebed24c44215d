import type { Agent as HttpAgent } from 'node:http';
import { AppError } from '@sifaka/kernel';
import type { Outbound, TlsTrust } from '@sifaka/plugin-sdk';
import { LRUCache } from 'lru-cache';
import { Agent, type Dispatcher } from 'undici';
import { allowedHosts } from './allowed-hosts.js';
import { Dialer } from './dial.js';
import { outboundFault } from './faults.js';
import { GuardedHttpAgent, GuardedHttpsAgent, type Open } from './guarded-agents.js';
import { guardedFetch } from './guarded-fetch.js';
import { lookupBySystem, OutboundGuard, type Lookup } from './outbound-guard.js';
import type { OutboundConfig } from './outbound-settings.js';
import { anonymous, tlsTerms, trustKey, type TlsTerms } from './trust.js';

export interface OutboundOptions {
  config: OutboundConfig;
  /** Bytes of one answer, after decompression; 16 MiB by default. */
  maxResponseBytes?: number;
  /** For tests: names without a name server. */
  lookup?: Lookup;
  /** Hosts that may have a private address besides those of `outboundAllowedHosts`; a proxy that is set leads to these as to all others. */
  mayBePrivate?: readonly string[];
  /** How long a name is looked up here before a proxy is asked to, in milliseconds; 1,500 by default. */
  hintMs?: number;
}

/** The way out of a service; one for the process, closed with it. */
export interface GuardedOutbound extends Outbound {
  /** With the system's trust. */
  readonly fetch: typeof globalThis.fetch;
  /** Cuts off what is under way; the service has drained before. */
  close(): Promise<void>;
}

/** The largest answers that are asked for today are lists of revoked certificates and of orders. */
const maxResponseBytes = 16 * 1024 * 1024;

/** A chain and a CSR are kilobytes; uploads of files go through vendors' kits. */
const maxRequestBytes = 8 * 1024 * 1024;

/** Lookup, connection and handshake; a host that is alive needs milliseconds. */
const maxConnectMs = 10_000;

/** More trusts than an installation has authorities with a CA of their own. */
const cachedTrusts = 256;

/** Opens the guarded way out. Nothing is connected before the first use. */
export function openOutbound({ config, lookup = lookupBySystem, ...options }: OutboundOptions): GuardedOutbound {
  const mayBePrivate = allowedHosts([...config.outboundAllowedHosts, ...(options.mayBePrivate ?? [])]);
  const guard = new OutboundGuard({ mayBePrivate, goesStraight: allowedHosts(config.outboundAllowedHosts) }, lookup);
  const dialer = new Dialer(guard, config.outboundProxy, options.hintMs);
  const timeoutMs = config.outboundTimeoutMs;
  const connectMs = Math.min(timeoutMs, maxConnectMs);
  const pools = new Pools(config.outboundCa, (target, tls) => dialer.connectForHttp({ ...target, timeoutMs: connectMs }, tls), timeoutMs);
  const limits = { timeoutMs, maxRequestBytes, maxResponseBytes: options.maxResponseBytes ?? maxResponseBytes };

  const fetchWith = (trust: TlsTrust) => guardedFetch({ ...limits, dispatcherFor: (isOwnOrigin) => pools.dispatcher(isOwnOrigin ? trust : anonymous(trust)) });
  return {
    fetch: fetchWith({}),
    fetchWith,
    agents: (trust = {}) => pools.agents(trust),
    connect: (target) => {
      const route = { host: target.host.replace(/^\[|\]$/g, ''), port: target.port, timeoutMs: Math.min(target.timeoutMs ?? connectMs, timeoutMs), isInstallations: target.isInstallations ?? false };
      return dialer.connect(route).catch((error: unknown) => {
        throw outboundFault(error, route);
      });
    },
    secureContext: (trust = {}) => pools.termsOf(trust).context,
    isNamed: ({ host, port }) => guard.isNamed(host.replace(/^\[|\]$/g, ''), port),
    close: () => pools.close(),
  };
}

type OpenFor = (target: { host: string; port: number }, tls: TlsTerms | null) => ReturnType<Open>;

/** Connections that are kept, one pool for each trust: a connection never serves somebody who trusts another CA. */
class Pools {
  private readonly terms = new LRUCache<string, TlsTerms>({ max: cachedTrusts });
  private readonly dispatchers = new LRUCache<string, Agent>({ max: cachedTrusts, dispose: (agent) => void agent.close().catch(() => undefined) });
  private readonly handedOut = new Set<HttpAgent>();
  private isClosed = false;

  constructor(
    private readonly commonCaPem: string | undefined,
    private readonly open: OpenFor,
    private readonly timeoutMs: number,
  ) {}

  dispatcher(trust: TlsTrust): Dispatcher {
    this.assertOpen();
    const key = trustKey(trust);
    const known = this.dispatchers.get(key);
    if (known !== undefined) return known;
    const terms = this.termsOf(trust);
    const made = new Agent({
      connections: 32,
      keepAliveTimeout: 4_000,
      headersTimeout: this.timeoutMs,
      bodyTimeout: this.timeoutMs,
      connect: ({ hostname, port, protocol }, callback) => {
        const isTls = protocol === 'https:';
        const target = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (isTls ? 443 : 80)) };
        this.open(target, isTls ? terms : null).then(
          (socket) => callback(null, socket),
          (error: unknown) => callback(outboundFault(error, target), null),
        );
      },
    });
    this.dispatchers.set(key, made);
    return made;
  }

  agents(trust: TlsTrust): ReturnType<Outbound['agents']> {
    this.assertOpen();
    const forget = (agent: HttpAgent) => this.handedOut.delete(agent);
    const http = new GuardedHttpAgent((target) => this.open(target, null), forget);
    // A trust that cannot be used is told when it is used: making a plugin has no faults of this kind.
    const https = new GuardedHttpsAgent(async (target) => this.open(target, this.termsOf(trust)), forget);
    this.handedOut.add(http).add(https);
    return { http, https };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const agent of [...this.handedOut]) agent.destroy();
    await Promise.all([...this.dispatchers.values()].map((agent) => agent.destroy()));
    this.dispatchers.clear();
  }

  termsOf(trust: TlsTrust): TlsTerms {
    const key = trustKey(trust);
    const known = this.terms.get(key);
    if (known !== undefined) return known;
    const made = tlsTerms(trust, this.commonCaPem);
    this.terms.set(key, made);
    return made;
  }

  private assertOpen(): void {
    if (this.isClosed) throw new AppError('unavailable', 'this service is stopping', { reason: 'outbound.closed' });
  }
}
