import { isIP } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { OUTBOUND } from '@sifaka/plugin-host';
import type { GuardedOutbound } from '@sifaka/outbound';
import type { ServedAt } from '@sifaka/plugin-sdk';
import { probeTls, surveyTls, type PresentedTls } from '@sifaka/tls-probe';
import type { EndpointRow } from './endpoint-row.js';
import type { OfferedPolicy } from './policy.repository.js';

/** Servers answer in milliseconds; those under load, and names that are looked up, in seconds. */
const probeLimitMs = 10_000;
/** Below what a caller waits for. */
const surveyLimitMs = 12_000;

export type Address = Pick<EndpointRow, 'address' | 'dnsname' | 'port' | 'server_name' | 'start_tls'>;

/** What an endpoint presents, and what it offers; null where not everything could be asked. */
export interface Look {
  presented: PresentedTls;
  policy: OfferedPolicy | null;
}

/** Asks endpoints over the network, through the guard. */
@Injectable()
export class LookAtEndpoint {
  constructor(@Inject(OUTBOUND) private readonly outbound: GuardedOutbound) {}

  /** @throws AppError for what the other side does, and for an address that must not be reached */
  async look(endpoint: Address, signal?: AbortSignal): Promise<Look> {
    const target = targetOf(endpoint);
    const presented = await this.presented(target, probeLimitMs, signal);
    return { presented, policy: await this.offered(target, presented, signal) };
  }

  /** @param serverName instead of its own */
  ask(endpoint: Address, { serverName, timeoutMs }: { serverName?: string; timeoutMs: number }): Promise<PresentedTls> {
    const target = targetOf(endpoint);
    return this.presented(serverName === undefined ? target : { ...target, serverName }, timeoutMs);
  }

  private presented(target: ServedAt, timeoutMs: number, signal?: AbortSignal): Promise<PresentedTls> {
    return probeTls(target, { connect: (to) => this.outbound.connect(to), timeoutMs, ...(signal && { signal }) });
  }

  /** Mail and directory servers take a hundred connections in a row for an attack: they are asked for versions alone. */
  private async offered(target: ServedAt, { protocol, cipher }: PresentedTls, signal?: AbortSignal): Promise<OfferedPolicy | null> {
    const what = target.startTls === null ? 'ciphers' : 'protocols';
    try {
      const { protocols, ciphers, isComplete } = await surveyTls(target, { connect: (to) => this.outbound.connect(to), timeoutMs: surveyLimitMs, what, known: protocol, ...(signal && { signal }) });
      if (!isComplete) return null;
      const versions = protocols.flatMap(({ version, isSupported }) => (isSupported === true ? [`Protocol-${version}`] : []));
      return { name: 'observed', ciphers: [...versions, ...ciphers, ...(what === 'protocols' ? [cipher] : [])] };
    } catch {
      // It was seen a moment ago: what it offers is known another time.
      return null;
    }
  }
}

/** RFC 6066 section 3: an address is no server name. */
export const targetOf = ({ address, dnsname, port, server_name: serverName, start_tls: startTls }: Address): ServedAt => ({
  host: address ?? dnsname,
  port,
  serverName: serverName ?? (isIP(dnsname) === 0 ? dnsname : null),
  startTls,
});
