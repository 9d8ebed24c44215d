import { isIP } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { isAppError } from '@sifaka/kernel';
import { measure } from '@sifaka/observability';
import type { GuardedOutbound } from '@sifaka/outbound';
import { parseCertificate } from '@sifaka/pki';
import { OUTBOUND } from '@sifaka/plugin-host';
import { CONFIG } from '@sifaka/runtime';
import { probeTls } from '@sifaka/tls-probe';
import type { DiscoveryConfig } from '../discovery.config.js';
import { sha256Hex } from '../sync/found-certificate.js';
import type { SoughtCertificate } from './ending-certificates.js';
import type { ServedPorts } from './served.repository.js';

/** For everything together, the name's addresses among it (domain-rules DX-2). */
const askLimitMs = 1_000;
/** Questions that are under way at once, of one run. */
const sideBySide = 50;
/** Several certificates have the same names: a host is asked once in a run. */
const rememberedHosts = 20_000;

interface Presented {
  /** Null: nobody answered, or not with a certificate. */
  fingerprint: string | null;
  serialHex: string | null;
  durationMs: number;
  /** The outbound guard does not let us ask. */
  isRefused: boolean;
}

export interface AskedHosts {
  served: ServedPorts[];
  /** Pairs of name and port that the guard does not allow: `shop.example.test:443`. */
  refused: string[];
}

/** Asks the hosts of certificates' names whether they present them, by TLS with the name as SNI. Nothing is verified: what is presented is what counts. */
export class HostAsker {
  private readonly known = new Map<string, Promise<Presented>>();

  constructor(
    private readonly outbound: Pick<GuardedOutbound, 'connect'>,
    private readonly ports: readonly number[],
    private readonly signal: AbortSignal,
  ) {}

  /** Whoever cannot be reached presents nothing. @throws the signal's reason */
  async ask(certificates: readonly SoughtCertificate[]): Promise<AskedHosts> {
    const found = new Map(certificates.map(({ id, names }) => [id, new Map(names.map((name) => [name, new Set<number>()]))]));
    const refused = new Set<string>();
    const queue = certificates.flatMap((certificate) => certificate.names.flatMap((name) => this.ports.map((port) => ({ certificate, name, port }))));
    const turn = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        this.signal.throwIfAborted();
        const { certificate, name, port } = next;
        const presented = await this.presented(name, port);
        if (presented.isRefused) refused.add(`${name}:${port}`);
        const isMatch = presented.serialHex === certificate.serialHex && presented.fingerprint === certificate.fingerprint;
        if (isMatch) found.get(certificate.id)?.get(name)?.add(port);
        measure.time('deployed_certificate_check', presented.durationMs, { certificate: certificate.name, domain: name, port, status: presented.fingerprint === null ? 'failure' : 'success', match: isMatch });
        await measure.room();
      }
    };
    await Promise.all(Array.from({ length: sideBySide }, turn));
    const served = [...found].map(([certificateId, domains]) => ({ certificateId, domains: [...domains].map(([name, ports]) => ({ name, ports: [...ports].sort((a, b) => a - b) })) }));
    return { served, refused: [...refused].sort() };
  }

  private presented(name: string, port: number): Promise<Presented> {
    const key = `${name}:${port}`;
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const asked = this.look(name, port);
    if (this.known.size < rememberedHosts) this.known.set(key, asked);
    return asked;
  }

  private async look(host: string, port: number): Promise<Presented> {
    const startedAt = performance.now();
    const since = () => performance.now() - startedAt;
    try {
      const target = { host, port, serverName: isIP(host) === 0 ? host : null, startTls: null };
      const { chainDer } = await probeTls(target, { connect: (to) => this.outbound.connect(to), timeoutMs: askLimitMs, signal: this.signal });
      const [leaf] = chainDer;
      return { fingerprint: leaf === undefined ? null : sha256Hex(leaf), serialHex: leaf === undefined ? null : serialOf(leaf), durationMs: since(), isRefused: false };
    } catch (error) {
      this.signal.throwIfAborted();
      return { fingerprint: null, serialHex: null, durationMs: since(), isRefused: isAppError(error) && error.reason === 'outbound.refused' };
    }
  }
}

/** A host says what it likes. */
function serialOf(der: Buffer): string | null {
  try {
    return parseCertificate(der).serialHex.toLowerCase();
  } catch {
    return null;
  }
}

/** Makes askers: each remembers the hosts of one run. */
@Injectable()
export class AskHosts {
  constructor(
    @Inject(OUTBOUND) private readonly outbound: GuardedOutbound,
    @Inject(CONFIG) private readonly config: Pick<DiscoveryConfig, 'deployedCheckPorts'>,
  ) {}

  forRun(signal: AbortSignal): HostAsker {
    return new HostAsker(this.outbound, this.config.deployedCheckPorts, signal);
  }
}
