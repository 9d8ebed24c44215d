import { Injectable } from '@nestjs/common';
import type { Principal, TaskArguments, TaskReport } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { Task } from '@sifaka/messaging';
import { RetryPending } from './change-pending.js';
import { PendingRepository } from './pending.repository.js';

/** Asks about one pending certificate when somebody wants that now. */
@Injectable()
export class FetchPending {
  constructor(
    private readonly pending: PendingRepository,
    private readonly retry: RetryPending,
  ) {}

  /** @throws AppError `not_found`; `failed_precondition` for one that nobody can be asked about */
  @Task('fetch_acme_cert')
  async run({ id }: TaskArguments): Promise<TaskReport> {
    if (id === undefined) throw new AppError('invalid_argument', 'id is needed: that of the pending certificate');
    const { name, state, resolvedCertificateId } = await this.pending.get(id);
    const isAsked = state === 'waiting';
    if (isAsked) await this.retry.run({ id }, { principal: self });
    return { id, name, state, isAsked, certificateId: resolvedCertificateId };
  }
}

const self: Principal = { kind: 'system', service: 'issuer' };
