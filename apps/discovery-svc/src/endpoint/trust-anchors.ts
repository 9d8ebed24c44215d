import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { Inject, Injectable } from '@nestjs/common';
import { listTrustAnchors } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { decodePem } from '@sifaka/pki';
import type { Logger } from '@sifaka/observability';
import { CLOCK, CONFIG, LOGGER } from '@sifaka/runtime';
import type { DiscoveryConfig } from '../discovery.config.js';
import { trustOf, type Trust } from './judge-chain.js';

/** New authorities are trusted after as long. */
const freshMs = 60_000;
const retryMs = 10_000;

/** Whom clients are taken to trust: the public authorities, those of `SIFAKA_OUTBOUND_CA`, and the active ones of this installation. */
@Injectable()
export class TrustAnchors {
  private system: X509Certificate[] | undefined;
  private kept: { trust: Trust; at: number } | undefined;

  constructor(
    private readonly rpc: RpcClient,
    @Inject(CONFIG) private readonly config: Pick<DiscoveryConfig, 'outboundCa'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** While the authorities cannot be asked, those known last are taken. */
  async current(): Promise<Trust> {
    const now = this.clock.now().getTime();
    if (this.kept !== undefined && now - this.kept.at < freshMs) return this.kept.trust;
    try {
      const { certificatesDer } = await this.rpc.call(listTrustAnchors, {}, { principal: { kind: 'system', service: 'discovery' } });
      this.kept = { trust: trustOf([...this.builtIn(), ...certificatesDer.flatMap((text) => certificate(Buffer.from(text, 'base64')))]), at: now };
    } catch (error) {
      this.logger.warn({ err: error }, 'the authorities of this installation could not be asked for');
      // Whoever looks at an endpoint meanwhile does not wait for an answer once more.
      this.kept = { trust: this.kept?.trust ?? trustOf(this.builtIn()), at: now - freshMs + retryMs };
    }
    return this.kept.trust;
  }

  private builtIn(): X509Certificate[] {
    this.system ??= [...rootCertificates.flatMap(certificate), ...(this.config.outboundCa === undefined ? [] : decodePem(this.config.outboundCa).flatMap(({ bytes }) => certificate(bytes)))];
    return this.system;
  }
}

function certificate(from: Buffer | string): X509Certificate[] {
  try {
    return [new X509Certificate(from)];
  } catch {
    return [];
  }
}
