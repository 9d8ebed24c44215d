import { malformed } from '../../invalid.js';
import { containerLimits } from '../container-limits.js';

/** Bounds the work that one file can ask for: a hostile one announces billions of rounds, or many parts with a million each. */
export class IterationBudget {
  private left: number = containerLimits.iterationsTotal;

  /** @throws AppError `invalid_argument` before the work is done */
  spend(iterations: number): void {
    if (iterations < 1) throw malformed('the key derivation has no rounds');
    if (iterations > containerLimits.iterationsEach) throw malformed(`the key derivation has more than ${containerLimits.iterationsEach} rounds`);
    this.left -= iterations;
    if (this.left < 0) throw malformed(`the key derivations of the file have more than ${containerLimits.iterationsTotal} rounds together`);
  }
}

/** Largest count that is read at all; what is too much is the budget's to say. */
export const maxReadIterations = 0x7fffffff;
