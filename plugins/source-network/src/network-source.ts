import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { AppError, isAppError } from '@sifaka/kernel';
import type { Finding, FoundEndpoint, PluginContext, ScanRequest, Source } from '@sifaka/plugin-sdk';
import { inOrder } from './in-order.js';
import { Looker, placeOf, workersFor, type Sight } from './look.js';
import type { NetworkOptions } from './options.js';
import { Pace, Slots } from './pace.js';
import { planScan, scanLimits, type ScanPlan, type Target } from './plan.js';
import { readCursor, writeCursor, type Tally } from './cursor.js';

/** Of all instances: the limit is for what the machine and the network around it see. The rest is for endpoints that are asked one by one meanwhile. */
const sockets = new Slots(scanLimits.sockets - 24);

/** Results that wait for a slow one before them, a few kilobytes each. */
const windowSize = 4_096;

/** Endpoints between two checkpoints. */
const checkpointEvery = 100;

/** Endpoints that `check` knocks at. */
const checked = 32;

/** Endpoints of hosts and blocks of addresses, as they answer on the network. */
export class NetworkSource implements Source {
  private readonly plan: ScanPlan;
  private readonly looker: Looker;

  constructor(
    private readonly options: NetworkOptions,
    private readonly context: PluginContext,
  ) {
    this.plan = planScan(options).plan;
    this.looker = new Looker(options, context, new Pace(options.rate));
  }

  /** Some endpoint accepts connections, as far as the first few tell: among many addresses the first ones may well be empty. */
  async check(): Promise<void> {
    const targets = this.firstTargets();
    const faults = await Promise.all(targets.map((target) => sockets.within(() => this.looker.knock(target)).then(() => null, asFault)));
    if (faults.includes(null)) return;
    const refused = faults.find((fault) => fault?.reason === 'outbound.refused');
    if (refused !== undefined && refused !== null) throw refused;
    const [first] = faults;
    if (first !== undefined && first !== null && this.plan.size <= checked) throw first;
  }

  async *scan({ resumeAfter, signal }: ScanRequest): AsyncGenerator<Finding> {
    const { from, tally } = readCursor(resumeAfter, this.plan.id);
    const stop = new AbortController();
    const either = AbortSignal.any([signal, this.context.signal, stop.signal]);
    // One for each look that is under way.
    setMaxListeners(scanLimits.sockets * 4, either);
    const reported = new Set<string>();
    const silent = new Silent();
    let at = from;
    try {
      for await (const { target, sight } of this.sights(from, either)) {
        at += 1;
        if (target !== null && sight?.kind === 'silent') silent.add(sight.network, placeOf(target));
        if (target !== null && sight !== null) yield* findingsOf(target, sight, tally, reported);
        if ((at - from) % checkpointEvery !== 0 || at >= this.plan.size) continue;
        yield* silent.told();
        yield { kind: 'checkpoint', cursor: writeCursor(this.plan.id, at, tally) };
      }
    } finally {
      stop.abort();
    }
    const { refused, ...counts } = tally;
    this.context.logger.info('the network was scanned', { endpoints: this.plan.size, ...counts, refused: refused.count });
    yield* silent.told();
    yield* this.end(tally);
  }

  /** Asked by the same names as in a scan; its policy stays what the last scan learned. */
  async endpoint(endpoint: FoundEndpoint): Promise<FoundEndpoint | null> {
    const { dnsName, port, startTls, serverName, policy } = endpoint;
    const target: Target = { host: dnsName, port, startTls, network: null };
    const serverNames = [...new Set([...(serverName === null ? [] : [serverName]), ...this.plan.serverNames])];
    const sight = await sockets.within(() => this.looker.look({ target, serverNames, signal: this.context.signal, hasSurvey: false }));
    // It may be starting again: that it is gone for good is seen by nobody.
    if (sight.kind === 'closed' || sight.kind === 'silent') throw new AppError('unavailable', `${placeOf(target)}: nothing listens there (connection refused)`, { reason: 'endpoint.closed' });
    if (sight.kind === 'found' && sight.faults.length === 0) return { ...sight.endpoint, policy };
    if (sight.kind === 'refused') throw new AppError('failed_precondition', sight.detail, { reason: 'outbound.refused' });
    const [first] = sight.kind === 'fault' ? [sight.fault] : sight.faults;
    throw new AppError('upstream_failed', first?.reason ?? `${placeOf(target)} cannot be asked`);
  }

  private firstTargets(): Target[] {
    const found: Target[] = [];
    for (let index = 0; index < this.plan.size && found.length < checked; index += 1) found.push(...[this.plan.at(index) ?? []].flat());
    return found;
  }

  private sights(from: number, signal: AbortSignal): AsyncGenerator<{ target: Target | null; sight: Sight | null }> {
    const look = async (index: number): Promise<{ target: Target | null; sight: Sight | null }> => {
      const target = this.plan.at(index);
      if (target === null) return { target, sight: null };
      return sockets.within(async () => {
        if (signal.aborted) throw new AppError('unavailable', 'the scan was stopped', { reason: 'scan.stopped' });
        return { target, sight: await this.looker.look({ target, serverNames: this.plan.serverNames, signal, hasSurvey: true }) };
      });
    };
    return inOrder(look, { from, to: this.plan.size, concurrency: workersFor(this.options), window: windowSize });
  }

  /** @throws AppError when there was nobody at all: that is no empty network but a wrong one, or none */
  private *end({ refused, connected, closed, faults }: Tally): Generator<Finding> {
    const reason = `${refused.count} of ${this.plan.size} endpoints are not reached, the first is ${refused.first}: ${refused.detail}; the setting SIFAKA_OUTBOUND_ALLOWED_HOSTS takes addresses and blocks`;
    if (connected > 0 || faults > 0) {
      // Whatever was found there before was not looked for.
      if (refused.count > 0) yield { kind: 'fault', fault: { what: 'addresses that are not public', reason, hides: 'everything' } };
      return;
    }
    if (refused.count > 0) throw new AppError('failed_precondition', reason, { reason: 'outbound.refused' });
    if (closed > 0) throw new AppError('unavailable', `none of ${closed} endpoints accepts connections`, { reason: 'scan.nobody' });
  }
}

function* findingsOf(target: Target, sight: Sight, tally: Tally, reported: Set<string>): Generator<Finding> {
  if (sight.kind === 'closed' || sight.kind === 'silent') {
    tally.closed += 1;
    return;
  }
  if (sight.kind === 'refused') {
    if (tally.refused.count === 0) tally.refused = { count: 0, first: placeOf(target), detail: sight.detail };
    tally.refused.count += 1;
    return;
  }
  if (sight.kind === 'fault') {
    if (sight.isConnected) tally.faults += 1;
    else tally.closed += 1;
    yield { kind: 'fault', fault: sight.fault };
    return;
  }
  tally.connected += 1;
  const { endpoint, faults } = sight;
  for (const { certificateDer, chainDer } of endpoint.certificates) {
    if (certificateDer === null || !isNew(certificateDer, reported)) continue;
    yield { kind: 'certificate', certificate: { certificateDer, chainDer, name: null, externalId: null, owner: null, description: null, scope: placeOf(target) } };
  }
  yield { kind: 'endpoint', endpoint };
  for (const fault of faults) {
    tally.faults += 1;
    yield { kind: 'fault', fault };
  }
}

/** Addresses of blocks that did not answer since the last checkpoint. */
class Silent {
  private readonly scopes = new Map<string, string[]>();

  add(network: string, scope: string): void {
    const known = this.scopes.get(network);
    if (known === undefined) this.scopes.set(network, [scope]);
    else known.push(scope);
  }

  /** One word for each block, whatever part of it is silent. */
  *told(): Generator<Finding> {
    for (const [network, silentScopes] of this.scopes) yield { kind: 'fault', fault: { what: `silent addresses of ${network}`, reason: 'they neither accept nor refuse connections', hides: { silentScopes } } };
    this.scopes.clear();
  }
}

/** Once in a run, at the first endpoint that presents it. */
function isNew(certificateDer: Uint8Array, reported: Set<string>): boolean {
  const fingerprint = createHash('sha256').update(certificateDer).digest('base64url');
  if (reported.has(fingerprint)) return false;
  reported.add(fingerprint);
  return true;
}

const asFault = (error: unknown): AppError => (isAppError(error) ? error : new AppError('unavailable', `the endpoint cannot be reached${error instanceof Error ? ` (${error.message})` : ''}`, { cause: error }));
