import { Inject, Injectable } from '@nestjs/common';
import { rotationFailed, rotationRequested, rotationSucceeded, type Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { timestamp, type Clock } from '@sifaka/kernel';
import { auditEntry, newEvent, Outbox } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import { CLOCK } from '@sifaka/runtime';
import type { Rotation } from './rotation.js';

/** Tells what is asked for and what became of it: in the audit log, to whoever listens, and in numbers. */
@Injectable()
export class RotationTrail {
  constructor(
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async requested(tx: Sql, rows: readonly Rotation[], by: Principal, how: 'requested' | 'retried'): Promise<void> {
    const at = this.clock.now();
    const entries = rows.map((row) => {
      const details = { endpointId: row.endpoint_id, oldCertificateId: row.old_certificate_id, newCertificateId: row.new_certificate_id, destinationId: row.destination_id, removesOld: row.removes_old };
      return auditEntry(by, { at, service: 'deploy', action: `rotation.${how}`, object: { type: 'rotation', id: row.id, name: row.endpoint_name }, details });
    });
    await this.outbox.record(tx, entries, rows.map((row) => newEvent(rotationRequested, factsOf(row), this.about(row))));
  }

  /** The audit log says who asked for it with its beginning; the end is the platform's own doing. */
  async succeeded(tx: Sql, row: Rotation): Promise<void> {
    await this.outbox.record(tx, [this.ended(row, 'succeeded', {})], [newEvent(rotationSucceeded, factsOf(row), this.about(row))]);
  }

  async failed(tx: Sql, row: Rotation): Promise<void> {
    const error = row.last_error ?? 'unknown';
    const nextTryAt = row.finished_at !== null || row.next_try_at === null ? null : timestamp(row.next_try_at);
    const event = newEvent(rotationFailed, { ...factsOf(row), error, nextTryAt }, this.about(row));
    await this.outbox.record(tx, row.finished_at === null ? [] : [this.ended(row, 'failed', { error })], [event]);
  }

  /** Domain-rules RO-5: a plan counts as one that was not carried out. */
  count(status: 'success' | 'failure', { new_name, endpoint_name }: Pick<Rotation, 'new_name' | 'endpoint_name'>): void {
    measure.count('endpoint_rotation', { status, certificate_name: new_name, endpoint: endpoint_name });
  }

  private ended(row: Rotation, what: 'succeeded' | 'failed', details: Record<string, string>) {
    const object = { type: 'rotation', id: row.id, name: row.endpoint_name };
    const about = { endpointId: row.endpoint_id, oldCertificateId: row.old_certificate_id, newCertificateId: row.new_certificate_id };
    return auditEntry({ kind: 'system', service: 'deploy' }, { at: this.clock.now(), service: 'deploy', action: `rotation.${what}`, object, details: { ...about, ...details } });
  }

  private about({ id }: Rotation) {
    return { at: this.clock.now(), subject: String(id) };
  }
}

const factsOf = (row: Rotation) => ({
  id: row.id,
  endpointId: row.endpoint_id,
  endpointName: row.endpoint_name,
  dnsname: row.dnsname,
  port: row.port,
  oldCertificateId: row.old_certificate_id,
  newCertificateId: row.new_certificate_id,
});
