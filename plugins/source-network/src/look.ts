import { createHash } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { AppError, isAppError } from '@sifaka/kernel';
import type { EndpointCertificate, FoundEndpoint, PluginContext, SourceFault } from '@sifaka/plugin-sdk';
import { probeTls, surveyTls, type PresentedTls, type TlsVersion } from '@sifaka/tls-probe';
import type { NetworkOptions } from './options.js';
import type { Connect, Pace } from './pace.js';
import type { Target } from './plan.js';

/** What was found at one endpoint. */
export type Sight =
  | { kind: 'found'; endpoint: FoundEndpoint; faults: SourceFault[] }
  /** Something is there, and says that nobody accepts connections. */
  | { kind: 'closed' }
  /** Nothing answers at an address of a block: nobody may be there, or the way to it is broken. */
  | { kind: 'silent'; network: string }
  /** The guard of the way out keeps it closed; in its words. */
  | { kind: 'refused'; detail: string }
  | { kind: 'fault'; fault: SourceFault; isConnected: boolean };

export interface Look {
  target: Target;
  /** Asked for besides the name of the target. */
  serverNames: readonly string[];
  signal: AbortSignal;
  hasSurvey: boolean;
}

/** Turns for the rate of connections are no longer than that while as many wait as may: see `workersFor`. */
export const longestTurnMs = 1_000;

/** More workers would only wait for their turn, at the cost of the time limit. */
export const workersFor = ({ concurrency, rate }: Pick<NetworkOptions, 'concurrency' | 'rate'>): number => Math.max(1, Math.min(concurrency, Math.floor((rate * longestTurnMs) / 1_000)));

/** Looks at endpoints, one connection at a time for each. */
export class Looker {
  constructor(
    private readonly options: NetworkOptions,
    private readonly context: PluginContext,
    private readonly pace: Pace,
  ) {}

  /** @throws AppError when it is stopped */
  async look(look: Look): Promise<Sight> {
    const contact = { isConnected: false };
    const connect = this.connecting(contact);
    try {
      const seen = await this.certificates(look, connect);
      if (seen.first === null) return this.failed(seen.error, look, contact.isConnected);
      return await this.found(look, { ...seen, first: seen.first }, connect);
    } catch (error) {
      return this.failed(error, look, contact.isConnected);
    }
  }

  /** Opens one connection and closes it again. */
  async knock({ host, port }: Target): Promise<void> {
    (await this.connecting({ isConnected: false })({ host, port })).destroy();
  }

  private connecting(contact: { isConnected: boolean }): Connect {
    const limitMs = this.options.timeout_seconds * 1_000;
    return async ({ host, port, timeoutMs = limitMs }) => {
      await this.pace.turn();
      const socket = await this.context.outbound.connect({ host, port, timeoutMs: Math.min(limitMs, timeoutMs) });
      contact.isConnected = true;
      return socket;
    };
  }

  /** By the endpoint's own name first; a server that wants some name says so to who names none. */
  private async certificates(look: Look, connect: Connect): Promise<Seen> {
    const { target, serverNames } = look;
    const own = isIP(target.host) === 0 ? target.host : null;
    const seen: Seen = { first: null, others: [], faults: [], error: null };
    for (const serverName of [own, ...serverNames.filter((name) => name !== own)]) {
      try {
        const presented = await this.probe(look, serverName, connect);
        if (seen.first === null) seen.first = { presented, serverName };
        else seen.others.push(presented);
      } catch (error) {
        if (!isAppError(error) || look.signal.aborted) throw error;
        seen.error ??= error;
        const isNameUnknown = error.reason === 'tls.alert' || error.reason === 'tls.closed';
        if (seen.first === null && !isNameUnknown) return seen;
        if (seen.first !== null && !isNameUnknown) seen.faults.push({ what: `${placeOf(target)} for ${serverName ?? 'no name'}`, reason: error.message, hides: { scope: placeOf(target) } });
      }
    }
    return seen;
  }

  private async probe({ target, signal }: Look, serverName: string | null, connect: Connect): Promise<PresentedTls> {
    const presented = await probeTls({ ...target, serverName }, { connect, signal, timeoutMs: this.options.timeout_seconds * 1_000 + longestTurnMs });
    if (presented.keyProof === 'refuted') throw new AppError('upstream_failed', `${placeOf(target)}: presents a certificate whose key it does not have`, { reason: 'tls.foreign_key' });
    return presented;
  }

  private async found(look: Look, { first, others, faults }: Seen & { first: FirstSeen }, connect: Connect): Promise<Sight> {
    const { target, hasSurvey } = look;
    const { host, port, startTls } = target;
    const policy = hasSurvey && this.options.survey !== 'certificates' ? await this.survey(look, first, connect) : { policy: null, faults: [] };
    const endpoint: FoundEndpoint = {
      name: placeOf(target),
      dnsName: host,
      port,
      type: 'tls',
      externalId: null,
      aliases: [],
      certificates: distinct([first.presented, ...others]),
      policy: policy.policy,
      registryType: null,
      certificatePath: null,
      store: null,
      serverName: first.serverName,
      startTls,
      scope: placeOf(target),
    };
    return { kind: 'found', endpoint, faults: [...faults, ...policy.faults] };
  }

  /** Half of an answer would change from run to run: then nothing is known. */
  private async survey({ target, signal }: Look, { presented, serverName }: FirstSeen, connect: Connect): Promise<{ policy: FoundEndpoint['policy']; faults: SourceFault[] }> {
    const connectionTimeoutMs = this.options.timeout_seconds * 1_000 + longestTurnMs;
    const what = this.options.survey === 'protocols and ciphers' ? 'ciphers' : 'protocols';
    const untold = (reason: string) => ({ policy: null, faults: [{ what: `protocols and ciphers of ${placeOf(target)}`, reason, hides: 'nothing' as const }] });
    try {
      const told = await surveyTls({ ...target, serverName }, { connect, signal, what, known: presented.protocol, connectionTimeoutMs, timeoutMs: surveyLimitMs });
      if (!told.isComplete) return untold('the server stopped answering before everything was asked');
      const versions = told.protocols.flatMap(({ version, isSupported }) => (isSupported === true ? [version] : []));
      return { policy: policyOf(versions, told.ciphers), faults: [] };
    } catch (error) {
      if (!isAppError(error) || signal.aborted) throw error;
      return untold(error.message);
    }
  }

  private failed(error: unknown, { target, signal }: Look, isConnected: boolean): Sight {
    if (!isAppError(error) || signal.aborted) throw error;
    if (error.reason === 'outbound.refused') return { kind: 'refused', detail: error.message };
    if (!isConnected) {
      const codes = systemCodes(error);
      const own = codes.find((code) => ownFaults.has(code) || (code === 'EADDRNOTAVAIL' && isIPv4(target.host)));
      if (own !== undefined) throw new AppError('unavailable', `this machine cannot open connections (${own}): nothing is known of what was to be looked at`, { reason: 'scan.own_fault', cause: error });
      // A host of several addresses has to refuse at each of them.
      if (codes.length > 0 && codes.every((code) => code === 'ECONNREFUSED')) return { kind: 'closed' };
      if (target.network !== null) return { kind: 'silent', network: target.network };
    }
    return { kind: 'fault', isConnected, fault: { what: placeOf(target), reason: error.message, hides: { scope: placeOf(target) } } };
  }
}

interface FirstSeen {
  presented: PresentedTls;
  serverName: string | null;
}

interface Seen {
  first: FirstSeen | null;
  others: PresentedTls[];
  faults: SourceFault[];
  error: AppError | null;
}

/** A hundred suites, one connection each, at a server far away. */
const surveyLimitMs = 120_000;

/** Certificates above the server's own that the inventory takes. */
const chainLimit = 20;

export const placeOf = ({ host, port }: Pick<Target, 'host' | 'port'>): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** Named by its content: endpoints that accept the same share a policy, and a scan of what has not changed changes nothing. */
export function policyOf(versions: readonly TlsVersion[], suites: readonly string[]): { name: string; ciphers: string[] } {
  const ciphers = [...versions.map((version) => `Protocol-${version}`), ...[...suites].sort()];
  return { name: `network-${createHash('sha256').update(ciphers.join('\n')).digest('hex').slice(0, 20)}`, ciphers };
}

function distinct(presented: readonly PresentedTls[]): EndpointCertificate[] {
  const found = new Map<string, EndpointCertificate>();
  for (const { chainDer } of presented) {
    const [certificateDer, ...chain] = chainDer;
    if (certificateDer === undefined) continue;
    const key = certificateDer.toString('base64');
    if (!found.has(key)) found.set(key, { name: null, externalId: null, certificateDer, chainDer: chain.slice(0, chainLimit), isDefault: found.size === 0 });
  }
  return [...found.values()];
}

/** No descriptors or memory are left here; `EADDRNOTAVAIL` besides: no ports, or of IPv6 no address. */
const ownFaults = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/** What the system called the fault, at whatever depth; attempts at several addresses come as one. */
function systemCodes(error: unknown): string[] {
  const codes = new Set<string>();
  let queue: unknown[] = [error];
  for (let depth = 0; depth < 6 && queue.length > 0; depth += 1) {
    queue = queue.flatMap((each) => {
      if (typeof each !== 'object' || each === null) return [];
      if ('code' in each && typeof each.code === 'string' && /^E[A-Z]/.test(each.code)) codes.add(each.code);
      const several: unknown[] = 'errors' in each && Array.isArray(each.errors) ? each.errors : [];
      return 'cause' in each ? [each.cause, ...several] : several;
    });
  }
  return [...codes];
}
