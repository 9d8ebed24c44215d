import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { auditEntry, Jobs, Outbox } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { publishCrlsJob } from './crl-publisher.js';

/** Tells what was decided, and has it done. */
@Injectable()
export class CrlPlaceTrail {
  constructor(
    private readonly outbox: Outbox,
    private readonly jobs: Jobs,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async changed(tx: Sql, { authorityId, slug, added, removed }: { authorityId: number; slug: string; added: number[]; removed: number[] }, principal: Principal): Promise<void> {
    const entry = auditEntry(principal, { at: this.clock.now(), service: 'deploy', action: 'crl_place.set', object: { type: 'authority', id: authorityId, name: slug }, details: { added, removed } });
    await this.outbox.record(tx, [entry]);
    await this.jobs.add(publishCrlsJob, {}, { tx, jobKey: publishCrlsJob });
  }
}
