import { Inject, Injectable } from '@nestjs/common';
import {
  createDestination,
  ensureSource,
  findSourceTwin,
  updateDestination,
  type createDestinationOperation,
  type DestinationRecord,
  type RequestFor,
  type UserPrincipal,
} from '@sifaka/contracts';
import { AppError, isAppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import { OwnerRole } from '../composition/owner-role.js';
import { whileAway } from '../listing/while-away.js';

type DestinationBody = RequestFor<typeof createDestinationOperation>['body'];
type Twin = NonNullable<DestinationRecord['sourceTwin']>;

const noTwin = { sourceTwin: null };

/** Destinations, each with the source that watches the place which it fills (domain-rules DE-7). */
@Injectable()
export class SaveDestination {
  constructor(
    private readonly rpc: RpcClient,
    private readonly ownerRole: OwnerRole,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async create(body: DestinationBody, principal: UserPrincipal): Promise<DestinationRecord> {
    await this.tryTwin(null, body, principal);
    const record = await this.rpc.call(createDestination, body, { principal });
    await this.makeTwin(record, principal);
    return record;
  }

  async update(id: number, body: DestinationBody, principal: UserPrincipal): Promise<DestinationRecord> {
    await this.tryTwin(id, body, principal);
    const record = await this.rpc.call(updateDestination, { id, ...body }, { principal });
    await this.makeTwin(record, principal);
    return record;
  }

  /** A source that cannot be made refuses the destination before it is saved. */
  private async tryTwin(id: number | null, body: DestinationBody, principal: UserPrincipal): Promise<void> {
    const { sourceTwin } = await whileAway(this.rpc.call(findSourceTwin, { id, plugin: body.plugin }, { principal }), noTwin);
    if (sourceTwin === null) return;
    try {
      await this.ensure(sourceTwin, body, principal, true);
    } catch (error) {
      if (!isAppError(error)) throw error;
      const { code, reason, retryAfterMs } = error;
      throw new AppError(code, `the source that goes with this destination cannot be made: ${error.message}`, { ...(reason !== undefined && { reason }), ...(retryAfterMs !== undefined && { retryAfterMs }), cause: error });
    }
  }

  /** The destination is kept, whatever happens now: the next change of it makes up for a source that could not be made. */
  private async makeTwin(record: DestinationRecord, principal: UserPrincipal): Promise<void> {
    if (record.sourceTwin === null) return;
    try {
      await this.ensure(record.sourceTwin, record, principal, false);
    } catch (error) {
      if (!isAppError(error)) throw error;
      this.logger.warn({ destinationId: record.id, code: error.code, detail: error.message }, 'the source of a destination could not be made');
    }
  }

  private async ensure(twin: Twin, { label, description }: Pick<DestinationBody, 'label' | 'description'>, principal: UserPrincipal, isDryRun: boolean): Promise<void> {
    const owner = principal.email;
    const ownerRoleId = await this.ownerRole.before(owner, principal);
    await this.rpc.call(ensureSource, { label, description, ...twin, owner, ownerRoleId, isDryRun }, { principal });
  }
}
