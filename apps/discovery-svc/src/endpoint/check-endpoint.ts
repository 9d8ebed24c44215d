import { Inject, Injectable } from '@nestjs/common';
import type { checkEndpoint, EndpointRecord, InputOf, Principal } from '@sifaka/contracts';
import { isAppError } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import { CONFIG } from '@sifaka/runtime';
import type { DiscoveryConfig } from '../discovery.config.js';
import { checkDueEndpoints } from './check-job.js';
import type { EndpointRow } from './endpoint-row.js';
import { EndpointRepository, noSuchEndpoint } from './endpoint.repository.js';
import { NoteSeen } from './note-seen.js';
import { ReadEndpoints } from './read-endpoints.js';
import { assertMayChange } from './save-endpoint.js';
import { Sight } from './sight.js';

/** Looks at endpoints: when somebody asks, and by and by at those that no source reports. */
@Injectable()
export class CheckEndpoint {
  constructor(
    private readonly endpoints: EndpointRepository,
    private readonly sight: Sight,
    private readonly reader: ReadEndpoints,
    private readonly notes: NoteSeen,
    @Inject(CONFIG) private readonly config: Pick<DiscoveryConfig, 'endpointCheckMinutes' | 'endpointCheckConcurrency'>,
  ) {}

  async now({ id }: InputOf<typeof checkEndpoint>, principal: Principal): Promise<EndpointRecord> {
    const row = await this.endpoints.byId(id);
    if (row === undefined) throw noSuchEndpoint(id);
    assertMayChange(principal, row, 'look at');
    await this.check(row);
    return this.reader.get(id);
  }

  @Job(checkDueEndpoints, { cron: '* * * * *', timeLimitMs: 600_000 })
  async due(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const { endpointCheckMinutes: minutes, endpointCheckConcurrency: concurrency } = this.config;
    const turn = async () => {
      for (;;) {
        if (signal.aborted) return;
        const [id] = await this.endpoints.takeDue(1, minutes);
        const row = id === undefined ? undefined : await this.endpoints.byId(id);
        if (id === undefined) return;
        if (row !== undefined) await this.check(row, signal);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, turn));
  }

  /** What the other side does is noted, not thrown: that is what was found. */
  private async check(row: EndpointRow, signal?: AbortSignal): Promise<void> {
    try {
      await this.notes.seen(row, await this.sight.of(row, signal));
    } catch (error) {
      if (signal?.aborted === true || !isAppError(error) || error.code === 'internal') throw error;
      await this.notes.unseen(row, error.message);
    }
  }
}
