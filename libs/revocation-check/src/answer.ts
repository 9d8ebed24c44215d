/** Nothing that could be used came back. `refused`: it was not asked, or what it said must not be believed; `failed`: it could not be asked. */
export interface Obstacle {
  readonly kind: 'refused' | 'failed';
  readonly detail: string;
  /** The host answered, with a refusal of this one question: others may go better. */
  readonly isAnswered?: boolean;
  /** Nobody was at fault but the lack of room here: it may go better in a moment. */
  readonly isOurs?: boolean;
}

export const refusedFor = (detail: string): Obstacle => ({ kind: 'refused', detail });
export const failedFor = (detail: string): Obstacle => ({ kind: 'failed', detail });

/** One address that was asked, and what came of it. */
export interface RevocationStep {
  readonly method: 'ocsp' | 'crl';
  readonly url: string;
  readonly outcome: 'good' | 'revoked' | 'unknown' | 'refused' | 'failed';
  readonly detail: string;
  readonly thisUpdate: Date | null;
  readonly nextUpdate: Date | null;
}

/** A step that led nowhere. */
export function lostStep(method: RevocationStep['method'], url: string, { kind, detail }: Obstacle): RevocationStep {
  return { method, url, outcome: kind, detail, thisUpdate: null, nextUpdate: null };
}
