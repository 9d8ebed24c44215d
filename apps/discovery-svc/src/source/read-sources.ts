import { Inject, Injectable } from '@nestjs/common';
import type { findSightings, InputOf, listFindings, listSources, listSyncRuns, OutputOf, SourceRecord } from '@sifaka/contracts';
import { AppError, timestamp, type Clock } from '@sifaka/kernel';
import { HostedPlugins } from '@sifaka/plugin-host';
import { CLOCK } from '@sifaka/runtime';
import { SyncRuns } from '../sync/sync-runs.repository.js';
import { SightingRepository } from '../sync/sighting.repository.js';
import { noSuchSource, SourceRepository } from './source.repository.js';
import { runView, sourceView } from './source.view.js';

@Injectable()
export class ReadSources {
  constructor(
    private readonly sources: SourceRepository,
    private readonly runs: SyncRuns,
    private readonly sightings: SightingRepository,
    private readonly hosted: HostedPlugins,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(input: InputOf<typeof listSources>): Promise<OutputOf<typeof listSources>> {
    const { rows, total, nextCursor } = await this.sources.list(input);
    const now = this.clock.now();
    return { items: rows.map((row) => sourceView(row, this.hosted, now)), total, nextCursor };
  }

  async get(id: number): Promise<SourceRecord> {
    const [row] = await this.sources.details([id]);
    if (row === undefined) throw noSuchSource(id);
    return sourceView(row, this.hosted, this.clock.now());
  }

  async find({ certificateIds }: InputOf<typeof findSightings>): Promise<OutputOf<typeof findSightings>> {
    const sightings = await this.sightings.ofCertificates(certificateIds);
    const rows = await this.sources.details([...new Set(sightings.map(({ sourceId }) => sourceId))]);
    const now = this.clock.now();
    return { sources: rows.map((row) => sourceView(row, this.hosted, now)), sightings };
  }

  /** Newest first, unless asked otherwise. */
  async listRuns({ sourceId, window }: InputOf<typeof listSyncRuns>): Promise<OutputOf<typeof listSyncRuns>> {
    await this.assertThere(sourceId);
    const { rows, total, nextCursor } = await this.runs.page(sourceId, window);
    return { items: rows.map(runView), total, nextCursor };
  }

  async listFindings({ sourceId, runId, window }: InputOf<typeof listFindings>): Promise<OutputOf<typeof listFindings>> {
    await this.assertThere(sourceId);
    const run = await this.runs.byId(runId);
    if (run?.source_id !== sourceId) throw new AppError('not_found', `source ${sourceId} has no run ${runId}`);
    const { rows, total, nextCursor } = await this.runs.findings(runId, window);
    return { items: rows.map(({ id, kind, what, reason, at }) => ({ id, kind, what, reason, at: timestamp(at) })), total, nextCursor };
  }

  private async assertThere(id: number): Promise<void> {
    if ((await this.sources.byId(id)) === undefined) throw noSuchSource(id);
  }
}
