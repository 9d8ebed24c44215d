import { AppError } from '@sifaka/kernel';

/** Why a rule refuses. */
export interface Refusal {
  /** Field as the caller wrote it; `Schema.<rule>` for what concerns several. */
  path: string;
  /** Names the value, the rule and whose rule, in words the caller can act on. */
  message: string;
  /** Stable, dotted: `policy.key_too_small`. */
  reason: string;
}

export const refuse = (path: string, message: string, reason: string): Refusal => ({ path, message, reason });

/** A pure, named check; null lets the input pass. */
export type Rule<Input> = (input: Input) => Refusal | readonly Refusal[] | null;

/** Rules that are asked all, in order. */
export type Chain<Input> = readonly Rule<Input>[];

export function chain<Input>(...rules: Rule<Input>[]): Chain<Input> {
  return rules;
}

export function refusalsOf<Input>(policy: Chain<Input>, input: Input): Refusal[] {
  return policy.flatMap((rule) => rule(input) ?? []);
}

/**
 * Lets the input pass when no rule refuses it.
 *
 * @throws AppError `invalid_argument` with every refusal in `fields` and the reason of the first
 */
export function comply<Input>(policy: Chain<Input>, input: Input): void {
  const refusals = refusalsOf(policy, input).slice(0, reported);
  const [first] = refusals;
  if (first === undefined) return;
  throw new AppError('invalid_argument', refusals.map(({ path, message }) => `${path}: ${message}`).join('; '), {
    reason: first.reason,
    fields: refusals.map(({ path, message }) => ({ path, message })),
  });
}

/** A thousand refused names say no more than the first twenty. */
const reported = 20;
