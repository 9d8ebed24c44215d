import { Injectable } from '@nestjs/common';
import { isAppError } from '@sifaka/kernel';
import type { CertificateRecord } from '@sifaka/contracts';
import type { PendingOutcome } from '@sifaka/plugin-sdk';
import { Filing } from '../certificate/filing.js';
import type { IssuedOutcome } from '../certificate/mint-certificate.js';
import { BeginWaiting } from './begin-waiting.js';
import { FailPending } from './fail-pending.js';
import type { Requested } from './pending-certificate.js';
import { ResolvePending } from './resolve-pending.js';

/** What becomes of a request once its authority has answered. */
@Injectable()
export class Outcomes {
  constructor(
    private readonly waiting: BeginWaiting,
    private readonly resolving: ResolvePending,
    private readonly failing: FailPending,
    private readonly filing: Filing,
  ) {}

  wait(id: number | null, requested: Requested, outcome: PendingOutcome): Promise<number | null> {
    return this.waiting.run(id, requested, outcome);
  }

  /** @throws AppError `upstream_failed` for another certificate than was asked for */
  async file(id: number, { principal }: Requested, { certificateDer, chainDer, externalId }: IssuedOutcome): Promise<CertificateRecord> {
    const resolution = await this.resolving.run(id, { certificateDer, chainDer, externalId, by: 'answer', principal });
    if (resolution.status === 'refused') throw resolution.error;
    return this.filing.read(resolution.certificateId);
  }

  /** The authority may have issued, or not. */
  async doubt(id: number, error: unknown): Promise<void> {
    const words = isAppError(error) && error.code !== 'internal' ? error.message : 'the issuer failed';
    await this.failing.run(id, { error: `the authority did not answer, and may have issued: ${words}`, isTold: true });
  }
}
