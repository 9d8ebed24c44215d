import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import { LRUCache } from 'lru-cache';
import type { AcmeConfig } from '../acme.config.js';
import { AcmeOutbound } from '../outbound.js';
import { AcmeServer } from './acme-server.js';
import { assertAllowedDirectory } from './allowed-directory.js';

/** How to get to a CA: where it is, and whom TLS trusts for it besides the public roots. */
export interface ServerAddress {
  readonly directoryUrl: string;
  readonly caPem: string | null;
  readonly isVerified: boolean;
}

/** An installation has a handful of CAs; each takes some kilobytes. */
const keptServers = 200;

/** ACME servers, one for each directory and trust. */
@Injectable()
export class AcmeServers {
  private readonly servers = new LRUCache<string, AcmeServer>({ max: keptServers });

  constructor(
    private readonly outbound: AcmeOutbound,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<AcmeConfig, 'directoryHostAllowlist' | 'acmeConcurrency' | 'acmeRequestTimeoutMs'>,
  ) {}

  /** @throws AppError `failed_precondition` for a directory that the installation does not allow */
  at({ directoryUrl, caPem, isVerified }: ServerAddress): AcmeServer {
    assertAllowedDirectory(directoryUrl, this.config.directoryHostAllowlist);
    const key = createHash('sha256').update(JSON.stringify([directoryUrl, caPem, isVerified])).digest('base64');
    const known = this.servers.get(key);
    if (known !== undefined) return known;
    const made = new AcmeServer({
      directoryUrl,
      fetch: this.outbound.fetchWith({ ...(caPem !== null && { caPem }), isVerified }),
      clock: this.clock,
      concurrency: this.config.acmeConcurrency,
      requestTimeoutMs: this.config.acmeRequestTimeoutMs,
    });
    this.servers.set(key, made);
    return made;
  }
}
