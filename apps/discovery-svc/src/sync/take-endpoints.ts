import { isIP } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { EndpointIssue } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import type { NewEvent } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import type { FoundEndpoint } from '@sifaka/plugin-sdk';
import { CLOCK } from '@sifaka/runtime';
import { LRUCache } from 'lru-cache';
import { judgePresented } from '../endpoint/judge-chain.js';
import { ReportEndpoints } from '../endpoint/report-endpoints.js';
import type { SourceRow } from '../source/source-row.js';
import { dnsNameOf, endpointFault, reportedOf, stagedOf, type StagedEndpoint } from './endpoint-shape.js';
import { sha256Hex, type Candidate } from './found-certificate.js';
import { RunRepository, type NewFinding } from './run-repository.js';
import type { RunState } from './run-state.js';

/** An endpoint whose certificates were looked for in the inventory. */
export interface SeenEndpoint {
  endpoint: FoundEndpoint;
  candidates: readonly (Candidate | null)[];
  /** Undefined: refused; null: known by name alone, and looked for at the end of the run. */
  certificateIds: readonly (number | null | undefined)[];
  refusals: readonly string[];
}

export interface TakenEndpoints {
  findings: NewFinding[];
  endpointIds: number[];
  events: NewEvent[];
}

/** Takes endpoints over; those whose certificates are known by name wait until all certificates were seen. */
@Injectable()
export class TakeEndpoints {
  /** Thousands of endpoints present one certificate. */
  private readonly judged = new LRUCache<string, EndpointIssue[]>({ max: 20_000, ttl: 3_600_000 });

  constructor(
    private readonly report: ReportEndpoints,
    private readonly runs: RunRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(tx: Sql, source: SourceRow, state: RunState, seen: readonly SeenEndpoint[]): Promise<TakenEndpoints> {
    state.count({ endpointsFound: seen.length });
    const findings: NewFinding[] = [];
    const waiting: StagedEndpoint[] = [];
    const complete: StagedEndpoint[] = [];
    for (const each of seen) {
      const staged = stagedOf(each.endpoint, each.certificateIds.map((id) => id ?? null), this.issuesOf(each, state));
      const fault = endpointFault(staged);
      if (fault !== null) findings.push({ kind: 'endpoint', what: nameOf(staged), reason: fault });
      else if (each.certificateIds.includes(null)) waiting.push({ ...staged, certificates: staged.certificates.filter((_, index) => each.certificateIds[index] !== undefined) });
      else complete.push(staged);
      if (fault === null && each.refusals.length > 0) findings.push({ kind: 'endpoint', what: nameOf(staged), reason: `what it presents was refused: ${each.refusals[0] ?? ''}` });
    }
    await this.runs.stage(tx, state.run.id, waiting);
    state.count({ endpointsSkipped: findings.length });
    return this.keep(tx, source, state, complete, findings);
  }

  /** What was waiting, now that all certificates are there. */
  async resume(tx: Sql, source: SourceRow, state: RunState, staged: readonly StagedEndpoint[]): Promise<TakenEndpoints> {
    const findings = staged.flatMap((endpoint) => unknownCertificates(endpoint, source.label));
    state.count({ endpointsSkipped: findings.length });
    return this.keep(tx, source, state, staged, findings);
  }

  /** An endpoint that presents nothing known keeps what it is known by; it is there all the same. */
  private async keep(tx: Sql, source: SourceRow, state: RunState, endpoints: readonly StagedEndpoint[], findings: NewFinding[]): Promise<TakenEndpoints> {
    const isKnown = ({ certificates }: StagedEndpoint) => certificates.length === 0 || certificates.some(({ certificateId }) => certificateId !== null);
    const report = await this.report.run(tx, source, endpoints.filter(isKnown).map(reportedOf), state.startedAt);
    const skipped = await this.report.idsAt(tx, endpoints.filter((endpoint) => !isKnown(endpoint)));
    const conflicts = report.conflicts.map(({ endpoint, holder }) => ({ kind: 'endpoint' as const, what: nameOf(endpoint), reason: `it was left as it is: ${holder}` }));
    state.count({ endpointsNew: report.newCount, endpointsChanged: report.changedCount, endpointsSkipped: conflicts.length });
    return { findings: [...findings, ...conflicts], endpointIds: [...report.ids, ...skipped], events: report.events };
  }

  private issuesOf({ endpoint, candidates }: SeenEndpoint, { trust }: RunState): EndpointIssue[] {
    const index = Math.max(0, endpoint.certificates.findIndex(({ isDefault }) => isDefault));
    const candidate = candidates[index];
    if (candidate === null || candidate === undefined) return [];
    const names = namesOf(endpoint);
    const key = sha256Hex(JSON.stringify([candidate.fingerprint, candidate.chainDer.map(sha256Hex), names]));
    const known = this.judged.get(key);
    if (known !== undefined) return known;
    const issues = judgePresented({ certificateDer: candidate.certificateDer, chainDer: candidate.chainDer, names }, trust, this.clock.now());
    // What is wrong may be put right by a new authority.
    if (issues.length === 0) this.judged.set(key, issues);
    return issues;
  }
}

/** Names that clients know it by: not those of a place that is known by its address. */
export function namesOf({ serverName, dnsName, aliases }: Pick<FoundEndpoint, 'serverName' | 'dnsName' | 'aliases'>): string[] {
  if (serverName !== null && serverName !== '') return [dnsNameOf(serverName)];
  return [dnsName, ...aliases].map(dnsNameOf).filter((name) => name !== '' && isIP(name) === 0);
}

const nameOf = ({ dnsname, port, name }: Pick<StagedEndpoint, 'dnsname' | 'port' | 'name'>): string => (name === dnsname || name === '' ? `${dnsname}:${port}` : `${name} (${dnsname}:${port})`);

function unknownCertificates(endpoint: StagedEndpoint, source: string): NewFinding[] {
  const unknown = endpoint.certificates.filter(({ certificateId }) => certificateId === null).map(({ name, externalId }) => externalId ?? name ?? 'without a name');
  if (unknown.length === 0) return [];
  measure.count('endpoint.certificate.not.found', { cert: unknown[0] ?? null, endpoint: endpoint.name, acct: source });
  return [{ kind: 'endpoint', what: nameOf(endpoint), reason: `it presents certificates that were not found in this source: ${unknown.slice(0, 5).join(', ')}` }];
}
