import { Injectable } from '@nestjs/common';
import type { IssueAnswer } from '@sifaka/contracts';
import { Filing } from '../certificate/filing.js';
import { PendingAnswers } from '../pending/pending-answers.js';
import type { StoredRenewal } from './renewal-facts.js';

/** Answers a reissue that was asked for before, with the same key. */
@Injectable()
export class RepeatedReissue {
  constructor(
    private readonly filing: Filing,
    private readonly pending: PendingAnswers,
  ) {}

  /** What came of the request whose key the row has; null: nothing so far. */
  async answer({ state, successorId, pendingCertificateId }: StoredRenewal): Promise<IssueAnswer | null> {
    if (state === 'renewed' && successorId !== null) return { certificate: await this.filing.read(successorId) };
    return state === 'pending' && pendingCertificateId !== null ? this.pending.answerOf(pendingCertificateId) : null;
  }
}
