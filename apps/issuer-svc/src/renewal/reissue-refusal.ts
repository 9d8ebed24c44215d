import { AppError } from '@sifaka/kernel';
import { impossibleReissue } from '@sifaka/policy';
import { candidateOf } from './renewal.view.js';
import type { RenewalFacts } from './renewal-facts.js';

/** Why a person gets no successor of a certificate; null: they may have one. What is only unwise can be forced. */
export function reissueRefusal(facts: RenewalFacts, isForced: boolean): AppError | null {
  const candidate = candidateOf(facts, false);
  const impossible = impossibleReissue(candidate);
  if (impossible !== null) return refused(facts, impossible, 'renewal.not_possible');
  if (candidate.isDeleted) return refused(facts, 'it is deleted', 'renewal.deleted');
  if (isForced) return null;
  const anyway = 'say force to have another one all the same';
  if (candidate.replacedBy !== null) return refused(facts, `"${candidate.replacedBy}" took its place: ${anyway}`, 'renewal.replaced');
  if (candidate.isOnHold) return refused(facts, `it is on hold: ${anyway}`, 'renewal.on_hold');
  if (candidate.status === 'revoked') return refused(facts, `it is revoked: ${anyway}`, 'renewal.revoked');
  return null;
}

const refused = ({ name }: RenewalFacts, why: string, reason: string): AppError => new AppError('failed_precondition', `"${name}" is not reissued: ${why}`, { reason });
