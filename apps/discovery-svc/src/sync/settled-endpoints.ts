import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import type { SourceRow } from '../source/source-row.js';
import type { StagedEndpoint } from './endpoint-shape.js';
import { RunLedger } from './run-ledger.js';
import { RunRepository } from './run-repository.js';
import type { RunState } from './run-state.js';
import { SightingRepository } from './sighting.repository.js';
import { TakeEndpoints } from './take-endpoints.js';

const pageSize = 500;

/** Endpoints at the end of a run: those that waited for their certificates, and those that did not come. */
@Injectable()
export class SettledEndpoints {
  constructor(
    private readonly database: Database,
    private readonly runs: RunRepository,
    private readonly sightings: SightingRepository,
    private readonly endpoints: TakeEndpoints,
    private readonly ledger: RunLedger,
  ) {}

  async resolve(source: SourceRow, state: RunState, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const page = await this.runs.staged(state.run.id, pageSize);
      if (page.length === 0) return;
      const endpoints = await this.named(source.id, page.map(({ endpoint }) => endpoint));
      await this.database.transaction(async (tx) => {
        state.begin();
        const { findings, endpointIds, events } = await this.endpoints.resume(tx, source, state, endpoints);
        await this.runs.unstage(tx, page.map(({ id }) => id));
        await this.ledger.write(tx, state, { findings, endpointIds, events });
      });
      state.commit();
    }
  }

  async missing(source: SourceRow, state: RunState): Promise<void> {
    if (state.hidesEverything) return;
    await this.database.transaction(async (tx) => {
      state.begin();
      await this.runs.markMissing(tx, source.id, state.run.id, state.hiddenScopes);
      await this.ledger.write(tx, state, {});
    });
    state.commit();
  }

  private async named(sourceId: number, endpoints: readonly StagedEndpoint[]): Promise<StagedEndpoint[]> {
    const refs = endpoints.flatMap(({ certificates }) => certificates.filter(({ certificateId }) => certificateId === null));
    const found = await this.sightings.resolve(sourceId, refs);
    const ids = new Map(refs.map((ref, index) => [ref, found[index] ?? null]));
    return endpoints.map((endpoint) => ({ ...endpoint, certificates: endpoint.certificates.map((each) => ({ ...each, certificateId: each.certificateId ?? ids.get(each) ?? null })) }));
  }
}
