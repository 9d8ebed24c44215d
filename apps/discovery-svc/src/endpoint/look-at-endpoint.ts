import { isIP } from 'node:net';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AppError, isAppError } from '@sifaka/kernel';
import { openOutbound, type GuardedOutbound, type OutboundConfig } from '@sifaka/outbound';
import { OUTBOUND } from '@sifaka/plugin-host';
import type { ServedAt } from '@sifaka/plugin-sdk';
import { CONFIG } from '@sifaka/runtime';
import { probeTls, surveyTls, type PresentedTls } from '@sifaka/tls-probe';
import type { EndpointRow } from './endpoint-row.js';
import type { OfferedPolicy } from './policy.repository.js';

/** Servers answer in milliseconds; those under load, and names that are looked up, in seconds. */
const probeLimitMs = 10_000;
/** Below what a caller waits for. */
const surveyLimitMs = 12_000;

export type Address = Pick<EndpointRow, 'address' | 'dnsname' | 'port' | 'server_name' | 'start_tls' | 'is_manual' | 'is_reached_inside'>;

/** What an endpoint presents, and what it offers; null where not everything could be asked. */
export interface Look {
  presented: PresentedTls;
  policy: OfferedPolicy | null;
}

/**
 * Asks endpoints over the network, through the guard. The hosts that the installation allows are not for everybody who may make an
 * endpoint: those without an administrator behind them are asked at public addresses alone, and nobody reads what a server said.
 */
@Injectable()
export class LookAtEndpoint implements OnModuleDestroy {
  private readonly outside: GuardedOutbound;

  constructor(
    @Inject(OUTBOUND) private readonly outbound: GuardedOutbound,
    @Inject(CONFIG) config: OutboundConfig,
  ) {
    this.outside = openOutbound({ config: { ...config, outboundAllowedHosts: [] } });
  }

  onModuleDestroy(): Promise<void> {
    return this.outside.close();
  }

  /** @throws AppError for what the other side does, and for an address that must not be reached */
  async look(endpoint: Address, signal?: AbortSignal): Promise<Look> {
    const target = targetOf(endpoint);
    const way = this.wayTo(endpoint);
    const presented = await this.presented(way, target, probeLimitMs, signal);
    return { presented, policy: await this.offered(way, target, presented, signal) };
  }

  /** @param serverName instead of its own */
  ask(endpoint: Address, { serverName, timeoutMs }: { serverName?: string; timeoutMs: number }): Promise<PresentedTls> {
    const target = targetOf(endpoint);
    return this.presented(this.wayTo(endpoint), serverName === undefined ? target : { ...target, serverName }, timeoutMs);
  }

  private wayTo({ is_manual: isManual, is_reached_inside: isReachedInside }: Address): GuardedOutbound {
    return isManual && !isReachedInside ? this.outside : this.outbound;
  }

  private presented(way: GuardedOutbound, target: ServedAt, timeoutMs: number, signal?: AbortSignal): Promise<PresentedTls> {
    return probeTls(target, { connect: (to) => way.connect(to), timeoutMs, ...(signal && { signal }) }).catch((error: unknown) => {
      throw way === this.outside ? toldOutside(error) : unquoted(error);
    });
  }

  /** Mail and directory servers take a hundred connections in a row for an attack: they are asked for versions alone. */
  private async offered(way: GuardedOutbound, target: ServedAt, { protocol, cipher }: PresentedTls, signal?: AbortSignal): Promise<OfferedPolicy | null> {
    const what = target.startTls === null ? 'ciphers' : 'protocols';
    try {
      const { protocols, ciphers, isComplete } = await surveyTls(target, { connect: (to) => way.connect(to), timeoutMs: surveyLimitMs, what, known: protocol, ...(signal && { signal }) });
      if (!isComplete) return null;
      const versions = protocols.flatMap(({ version, isSupported }) => (isSupported === true ? [`Protocol-${version}`] : []));
      return { name: 'observed', ciphers: [...versions, ...ciphers, ...(what === 'protocols' ? [cipher] : [])] };
    } catch {
      // It was seen a moment ago: what it offers is known another time.
      return null;
    }
  }
}

function toldOutside(error: unknown): unknown {
  if (!isAppError(error) || error.reason !== 'outbound.refused') return unquoted(error);
  return new AppError('failed_precondition', 'its address is not public: it is looked at once an administrator has saved this endpoint', { reason: 'endpoint.inside' });
}

/** Without what the server said: that may be meant for others. */
function unquoted(error: unknown): unknown {
  if (!isAppError(error)) return error;
  const { code, message, reason } = error;
  const words = message.replace(/(?:,? it says|:)? "(?:[^"\\]|\\.)*"/g, '');
  return reason === undefined || !/^(?:tls|starttls)\./.test(reason) || words === message ? error : new AppError(code, words, { reason, cause: error });
}

/** RFC 6066 section 3: an address is no server name. */
export const targetOf = ({ address, dnsname, port, server_name: serverName, start_tls: startTls }: Omit<Address, 'is_manual' | 'is_reached_inside'>): ServedAt => ({
  host: address ?? dnsname,
  port,
  serverName: serverName ?? (isIP(dnsname) === 0 ? dnsname : null),
  startTls,
});
