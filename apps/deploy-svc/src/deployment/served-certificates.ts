import { Inject, Injectable } from '@nestjs/common';
import type { GuardedOutbound } from '@sifaka/outbound';
import { OUTBOUND } from '@sifaka/plugin-host';
import type { ServedAt } from '@sifaka/plugin-sdk';
import { probeTls } from '@sifaka/tls-probe';
import type { Served } from './judge-served.js';

/** Asks servers which certificates they present, through the guard. */
@Injectable()
export class ServedCertificates {
  constructor(@Inject(OUTBOUND) private readonly outbound: GuardedOutbound) {}

  /** @throws AppError in words for what the server does instead */
  ask(point: ServedAt, timeoutMs: number, signal?: AbortSignal): Promise<Served> {
    return probeTls(point, { connect: (target) => this.outbound.connect(target), timeoutMs, ...(signal !== undefined && { signal }) });
  }
}
