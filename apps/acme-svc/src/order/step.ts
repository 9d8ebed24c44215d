import type { NewEvent } from '@sifaka/messaging';
import type { NewWindow } from '../renewal-window/renewal-window.js';
import type { ChallengePatch, ChallengeState, NewChallenge, OrderProgress } from './order.js';

/** What came of one action: written in one transaction, or not at all when the order has moved on meanwhile. */
export interface Step {
  readonly order?: Partial<OrderProgress>;
  /** `from` is the state in which the challenge must still be. */
  readonly challenges?: readonly { readonly id: number; readonly from: ChallengeState; readonly change: ChallengePatch }[];
  /** Authorizations of a new order at the CA. */
  readonly authorizations?: readonly NewChallenge[];
  /** What the order came to, DER, the certificate itself first: kept with it. */
  readonly certificates?: readonly Buffer[];
  readonly events?: readonly NewEvent[];
  /** Renewal information to look after from now on. */
  readonly window?: NewWindow;
}
