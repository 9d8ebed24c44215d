import { Injectable } from '@nestjs/common';
import type { Sql } from '@sifaka/database';
import type { NewEvent } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import { EndpointEvents } from './endpoint-events.js';
import type { EndpointRow, NewEndpoint } from './endpoint-row.js';
import { EndpointWriter, isSame, type EndpointChange } from './endpoint-writer.js';
import { PolicyRepository, type OfferedPolicy } from './policy.repository.js';

/** An endpoint as a source reports it, its certificates found in the inventory. */
export interface ReportedEndpoint extends Omit<NewEndpoint, 'source_id' | 'destination_id' | 'address' | 'policy_id'> {
  policy: OfferedPolicy | null;
}

interface Reporter {
  id: number;
  label: string;
  can_rotate: boolean;
}

export interface Report {
  /** Of every endpoint reported. */
  ids: number[];
  newCount: number;
  changedCount: number;
  /** Not taken over, because somebody else has them. */
  conflicts: { endpoint: NewEndpoint; holder: string }[];
  events: NewEvent[];
}

/** Takes over what a source reports of endpoints (domain-rules SY-7 to SY-9): name, type, active flag and owner stay as they are, save where it takes over one that was made by hand. */
@Injectable()
export class ReportEndpoints {
  constructor(
    private readonly writer: EndpointWriter,
    private readonly policies: PolicyRepository,
    private readonly events: EndpointEvents,
  ) {}

  /** @param readSince what was said of an endpoint's certificates after that is newer than the report */
  async run(tx: Sql, reporter: Reporter, reported: readonly ReportedEndpoint[], readSince: Date): Promise<Report> {
    const report: Report = { ids: [], newCount: 0, changedCount: 0, conflicts: [], events: [] };
    const unique = [...new Map(reported.map((endpoint) => [`${endpoint.port} ${endpoint.dnsname}`, endpoint])).values()];
    if (unique.length === 0) return report;
    const [rows, policyIds] = [await this.writer.lock(tx, unique), await this.policies.ids(tx, unique.map(({ policy }) => policy))];
    const known = new Map(rows.map((row) => [`${row.port} ${row.dnsname}`, row]));
    const fresh: NewEndpoint[] = [];
    const changes: (EndpointChange & { row: EndpointRow })[] = [];
    for (const [index, { policy: _, ...endpoint }] of unique.entries()) {
      const row = known.get(`${endpoint.port} ${endpoint.dnsname}`);
      const own = { ...endpoint, source_id: reporter.id, destination_id: null, address: null, policy_id: policyIds[index] ?? null };
      if (row === undefined) {
        fresh.push(own);
        continue;
      }
      report.ids.push(row.id);
      const holder = holderOf(row, reporter);
      if (holder !== null) {
        report.conflicts.push({ endpoint: own, holder });
        continue;
      }
      measure.count('endpoint_updated', { source: reporter.label, type: row.type });
      const certificates = row.confirmed_at !== null && row.confirmed_at > readSince ? row.certificates : own.certificates;
      const facts = { ...own, certificates, destination_id: row.destination_id, address: row.address, policy_id: own.policy_id ?? row.policy_id };
      if (!isSame(row, facts)) changes.push({ id: row.id, facts, row });
    }
    await this.add(tx, fresh, report, reporter);
    await this.writer.update(tx, changes);
    await this.writer.disown(tx, changes.flatMap(({ id, row }) => (row.is_manual ? [id] : [])));
    report.changedCount = changes.length;
    report.events.push(...changes.map(({ row, facts }) => this.events.updated({ ...row, ...facts })));
    return report;
  }

  /** Endpoints that are known already. */
  async idsAt(tx: Sql, places: readonly { dnsname: string; port: number }[]): Promise<number[]> {
    return places.length === 0 ? [] : (await this.writer.at(places, tx)).map(({ id }) => id);
  }

  private async add(tx: Sql, fresh: readonly NewEndpoint[], report: Report, { label: source }: Reporter): Promise<void> {
    const ids = await this.writer.insert(tx, fresh, false);
    for (const [index, endpoint] of fresh.entries()) {
      const id = ids[index];
      // Somebody made it by hand a moment ago: the next run finds it.
      if (id === undefined) continue;
      report.ids.push(id);
      report.newCount += 1;
      measure.count('endpoint_added', { source, type: endpoint.type });
      report.events.push(this.events.created({ id, ...endpoint }));
    }
  }
}

/**
 * Who has an endpoint that a source reports, in words; null: the source may have it. One that is there stays with its source, or with who
 * made it by hand, but whoever can change what it presents takes it from those who only look: what is said of it decides about rotations
 * and revocations.
 */
function holderOf(row: EndpointRow, { id, can_rotate: canRotate }: Reporter): string | null {
  if (row.source_id === id) return null;
  if (row.source_id === null) return row.is_manual && !canRotate ? 'it was made by hand' : null;
  if (row.missing_since !== null || (canRotate && row.can_rotate !== true)) return null;
  return `source "${row.source_label ?? ''}" reports it`;
}
