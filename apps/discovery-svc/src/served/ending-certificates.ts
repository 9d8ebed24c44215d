import { Inject, Injectable } from '@nestjs/common';
import { listEndingCertificates, type EndingCertificate } from '@sifaka/contracts';
import { timestamp, type Clock } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { DiscoveryConfig } from '../discovery.config.js';
import { LivingCertificates } from '../sync/living-certificates.js';

/** A certificate that is looked for, with the names that are asked. */
export interface SoughtCertificate {
  id: number;
  name: string;
  /** SHA-256, hex, lower case. */
  fingerprint: string;
  serialHex: string;
  names: readonly string[];
}

const dayMs = 86_400_000;
const pageSize = 200;

/** Certificates that end soon and should have been renewed by now (domain-rules DX-1). */
@Injectable()
export class EndingCertificates {
  constructor(
    private readonly rpc: RpcClient,
    private readonly certificates: LivingCertificates,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<DiscoveryConfig, 'expiringDeployedThresholdDays' | 'deployedCheckExcludedDomains' | 'deployedCheckExcludedOwners'>,
  ) {}

  /** Page by page, soonest first. Pages are as long as an answer holds: only an empty one is the end. */
  async *pages(signal: AbortSignal): AsyncGenerator<SoughtCertificate[]> {
    const notAfterTo = timestamp(endOfDay(this.clock.now(), this.config.expiringDeployedThresholdDays));
    for (let after: { notAfter: string; id: number } | null = null; ; ) {
      signal.throwIfAborted();
      const input = { notAfterFrom: null, notAfterTo, ids: null, notify: null, kind: 'leaf' as const, after, limit: pageSize };
      const page: EndingCertificate[] = (await this.rpc.call(listEndingCertificates, input, { principal: { kind: 'system', service: 'discovery' } })).certificates;
      const sought = page.filter((each) => each.isInRenewalWindow && !this.isExcluded(each));
      if (sought.length > 0) yield await this.withFingerprints(sought);
      const last = page.at(-1);
      if (last === undefined) return;
      after = { notAfter: last.notAfter, id: last.id };
    }
  }

  /** Wildcards are no hosts (DX-2). */
  private names({ names }: EndingCertificate): string[] {
    const excluded = this.config.deployedCheckExcludedDomains.map((each) => each.toLowerCase());
    const hosts = names.map((name) => name.toLowerCase()).filter((name) => !name.includes('*') && !excluded.some((each) => name.includes(each)));
    return [...new Set(hosts)];
  }

  private isExcluded({ name, owner }: EndingCertificate): boolean {
    const { deployedCheckExcludedDomains: domains, deployedCheckExcludedOwners: owners } = this.config;
    return domains.some((each) => name.toLowerCase().includes(each.toLowerCase())) || owners.some((each) => each.toLowerCase() === owner.toLowerCase());
  }

  private async withFingerprints(page: readonly EndingCertificate[]): Promise<SoughtCertificate[]> {
    const placed = new Map((await this.certificates.read(page.map(({ id }) => id))).map((each) => [each.id, each.fingerprintSha256.toLowerCase()]));
    return page.flatMap((each) => {
      const fingerprint = placed.get(each.id);
      return fingerprint === undefined ? [] : [{ id: each.id, name: each.name, fingerprint, serialHex: each.serialHex.toLowerCase(), names: this.names(each) }];
    });
  }
}

/** Days are days of the calendar: what ends today in two weeks counts. */
function endOfDay(now: Date, days: number): Date {
  return new Date((Math.floor(now.getTime() / dayMs) + days + 1) * dayMs - 1);
}
