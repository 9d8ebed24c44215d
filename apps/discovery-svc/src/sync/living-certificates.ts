import { Inject, Injectable } from '@nestjs/common';
import { readPlacedCertificates, type PlacedCertificate } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';

/** What the inventory takes in one question. */
const askedAtOnce = 200;

/** Asks the inventory about certificates by their ids. */
@Injectable()
export class LivingCertificates {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Those that are valid and not replaced: the others keep their link to a source that has them no more (domain-rules SY-6). */
  async among(ids: readonly number[]): Promise<number[]> {
    const now = this.clock.now().getTime();
    const found = await this.read(ids);
    return found
      .filter((certificate) => isLiving(certificate, now))
      .map(({ id }) => id)
      .sort((a, b) => a - b);
  }

  async read(ids: readonly number[]): Promise<PlacedCertificate[]> {
    const found: PlacedCertificate[] = [];
    for (let from = 0; from < ids.length; from += askedAtOnce) {
      const { certificates } = await this.rpc.call(readPlacedCertificates, { ids: ids.slice(from, from + askedAtOnce) }, { principal: { kind: 'system', service: 'discovery' } });
      found.push(...certificates);
    }
    return found;
  }
}

const isLiving = ({ status, isDeleted, notAfter, replacedBy }: PlacedCertificate, now: number): boolean =>
  status !== 'revoked' && !isDeleted && Date.parse(notAfter) > now && replacedBy.length === 0;
