import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import type { SourceFault } from '@sifaka/plugin-sdk';
import type { SourceRow } from '../source/source-row.js';
import type { FoundAt, Batch } from './batch.js';
import { shownAs, type Candidate } from './found-certificate.js';
import { Identify, type Identified } from './identify.js';
import { RunLedger } from './run-ledger.js';
import type { NewFinding } from './run-repository.js';
import type { RunState } from './run-state.js';
import { SightingEvents } from './sighting-events.js';
import { SightingRepository, type KnownSighting, type NewSighting } from './sighting.repository.js';
import { TakeEndpoints } from './take-endpoints.js';

/** A batch with what the inventory says of it. */
export interface PreparedBatch {
  batch: Batch;
  /** By fingerprint and place. */
  sightings: Map<string, KnownSighting>;
  /** Those of silent parts that hold nothing known are none. */
  faults: SourceFault[];
  identified: Identified;
}

/** Takes findings over: asks the inventory about them, which may happen for several batches at once, then writes what differs, one batch after the other. */
@Injectable()
export class TakeBatch {
  constructor(
    private readonly database: Database,
    private readonly sightings: SightingRepository,
    private readonly identify: Identify,
    private readonly endpoints: TakeEndpoints,
    private readonly ledger: RunLedger,
    private readonly events: SightingEvents,
  ) {}

  async prepare(source: SourceRow, batch: Batch): Promise<PreparedBatch> {
    const known = batch.certificates.length === 0 ? [] : await this.sightings.known(source.id, [...new Set(batch.certificates.map(({ fingerprint }) => fingerprint))]);
    const sightings = new Map(known.map((row) => [keyOf(row), row]));
    const unknown = batch.certificates.filter((candidate) => !sightings.has(keyOf(candidate)));
    const named = new Set(unknown.filter(({ externalId }) => externalId !== null));
    const presented = batch.endpoints.flatMap(({ candidates }) => candidates.filter((candidate) => candidate !== null));
    const identified = await this.identify.run(source, [...presented, ...unknown], (candidate) => named.has(candidate));
    return { batch, sightings, faults: await this.faultsOf(source, batch), identified };
  }

  private async faultsOf(source: SourceRow, { faults }: Batch): Promise<SourceFault[]> {
    const silent = faults.flatMap(({ hides }) => silentScopesOf(hides));
    const filled = new Set(await this.sightings.filledScopes(source.id, silent));
    return faults.flatMap((fault) => {
      const scopes = silentScopesOf(fault.hides);
      if (scopes.length === 0) return [fault];
      const silentScopes = scopes.filter((scope) => filled.has(scope));
      if (silentScopes.length === 0) return [];
      return [{ ...fault, reason: `${fault.reason}, and what was found there before counts as still there: ${silentScopes.slice(0, 5).join(', ')}${silentScopes.length > 5 ? ' and others' : ''}`, hides: { silentScopes } }];
    });
  }

  /** @throws AppError `conflict`, reason `sync.lease_lost` */
  async apply(source: SourceRow, state: RunState, { batch, sightings, faults, identified }: PreparedBatch): Promise<void> {
    const { refused, ids } = identified;
    const refusals = batch.certificates.flatMap((each) => refusedFinding(each, refused));
    const said = faults.filter(({ what, hides }) => silentScopesOf(hides).length === 0 || state.isFirst(what));
    const findings = [...refusals, ...said.map(({ what, reason }) => ({ kind: 'fault' as const, what, reason }))];
    const known = batch.certificates.flatMap((each) => sightings.get(keyOf(each)) ?? []);
    const fresh = new Map(batch.certificates.flatMap((each) => newSighting(each, sightings, ids)));
    await this.database.transaction(async (tx) => {
      state.begin();
      state.count({ certificatesFound: batch.certificates.length, certificatesNew: identified.newCount, certificatesRefused: refusals.length, faults: said.length });
      for (const { hides } of faults) state.hide(hides);
      await this.sightings.remember(tx, identified.learned);
      await this.sightings.unsettle(tx, known.flatMap(({ id, is_settled: isSettled }) => (isSettled ? [id] : [])));
      const added = await this.sightings.add(tx, source.id, [...fresh.values()]);
      state.count({ certificatesLinked: added.linked.length });
      const seen = await this.endpoints.run(tx, source, state, resolved(batch.endpoints, identified));
      await this.ledger.write(tx, state, {
        findings: [...findings, ...seen.findings],
        sightingIds: [...known.map(({ id }) => id), ...added.ids],
        endpointIds: seen.endpointIds,
        events: [...this.events.sighted(source, added.linked), ...seen.events],
        cursor: batch.cursor,
      });
    });
    state.commit();
  }
}

const silentScopesOf = (hides: SourceFault['hides']): string[] => (typeof hides === 'object' && 'silentScopes' in hides ? hides.silentScopes : []);

const keyOf = ({ fingerprint, place }: { fingerprint: string; place: string }): string => `${fingerprint} ${place}`;

function refusedFinding(candidate: Candidate, refused: ReadonlyMap<string, string>): NewFinding[] {
  const reason = refused.get(candidate.fingerprint);
  return reason === undefined ? [] : [{ kind: 'certificate', what: shownAs(candidate), reason }];
}

function newSighting(candidate: Candidate, sightings: ReadonlyMap<string, KnownSighting>, ids: ReadonlyMap<string, number>): [string, NewSighting][] {
  const certificateId = ids.get(candidate.fingerprint);
  if (certificateId === undefined || sightings.has(keyOf(candidate))) return [];
  const { fingerprint, place, scope, externalId, name } = candidate;
  return [[keyOf(candidate), { certificateId, fingerprint, place, scope, externalId, name }]];
}

/** Certificates of endpoints with their ids: undefined for what was refused, null for what is known by name alone. */
const resolved = (endpoints: readonly FoundAt[], { ids, refused }: Identified) =>
  endpoints.map(({ endpoint, candidates }) => ({
    endpoint,
    candidates,
    certificateIds: candidates.map((candidate) => (candidate === null ? null : ids.get(candidate.fingerprint))),
    refusals: candidates.flatMap((candidate) => refused.get(candidate?.fingerprint ?? '') ?? []),
  }));
