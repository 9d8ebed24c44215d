import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { auditEntry, Outbox } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { EndpointEvents } from './endpoint-events.js';
import { EndpointRepository } from './endpoint.repository.js';

/** Tells what people did to endpoints: in the audit log and to whoever listens. */
@Injectable()
export class EndpointTrail {
  constructor(
    private readonly endpoints: EndpointRepository,
    private readonly events: EndpointEvents,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** As it is in this transaction: before it is deleted, after all else. */
  async record(tx: Sql, principal: Principal, what: 'created' | 'updated' | 'deleted', id: number): Promise<void> {
    const row = await this.endpoints.byId(id, tx);
    if (row === undefined) return;
    const { name, dnsname, port, owner, active, expected_certificate_id: expectedCertificateId } = row;
    const entry = auditEntry(principal, {
      at: this.clock.now(),
      service: 'discovery',
      action: `endpoint.${what}`,
      object: { type: 'endpoint', id, name },
      details: { dnsname, port, owner, active, expectedCertificateId },
    });
    await this.outbox.record(tx, [entry], [this.events[what](row)]);
  }
}
