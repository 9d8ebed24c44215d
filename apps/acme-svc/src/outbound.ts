import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { openOutbound, type GuardedOutbound } from '@sifaka/outbound';
import type { TlsTrust } from '@sifaka/plugin-sdk';
import { CONFIG } from '@sifaka/runtime';
import type { AcmeConfig } from './acme.config.js';
import { largestAnswerBytes } from './protocol/answer.js';

/**
 * The guarded way to ACME CAs. A directory host that the administrator named may have a private address; wherever else a CA's answers
 * lead, the guard decides as for everybody. The way is everybody's too: the list names public CAs, which a proxy leads to where one is set.
 */
@Injectable()
export class AcmeOutbound implements OnApplicationShutdown {
  private readonly outbound: GuardedOutbound;

  constructor(@Inject(CONFIG) config: AcmeConfig) {
    this.outbound = openOutbound({ config, mayBePrivate: config.directoryHostAllowlist, maxResponseBytes: largestAnswerBytes });
  }

  fetchWith(trust: TlsTrust): typeof fetch {
    return this.outbound.fetchWith(trust);
  }

  onApplicationShutdown(): Promise<void> {
    return this.outbound.close();
  }
}
