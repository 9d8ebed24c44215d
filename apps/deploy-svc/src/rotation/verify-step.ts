import { Injectable } from '@nestjs/common';
import { EndpointCalls } from './endpoint-calls.js';
import type { Outcome, RotationTurn } from './rotation.js';

/** Load balancers take seconds to tell what they were told; a distribution says at once what it is about to present everywhere. */
export const verifyLimitMs = 120_000;
const firstPauseMs = 1_000;
const longestPauseMs = 15_000;

/** Asks the endpoint what it presents until that is right, or the time is over. */
@Injectable()
export class VerifyStep {
  constructor(private readonly endpoints: EndpointCalls) {}

  async run({ row }: RotationTurn): Promise<Outcome> {
    const { isServed, detail } = await this.endpoints.asks(row, row.new_certificate_id);
    if (isServed === true) return { kind: 'done', next: 'confirm', detail };
    const pauseMs = pauseUntil(row.phase_until);
    if (pauseMs !== null) return { kind: 'wait', pauseMs, why: detail };
    return { kind: 'undo', cause: isServed === null ? `it could not be asked whether it presents "${row.new_name}": ${detail}` : `it does not present "${row.new_name}": ${detail}` };
  }
}

/** Short ones first; null when the time is over. */
export function pauseUntil(limit: Date | null): number | null {
  const leftMs = (limit?.getTime() ?? 0) - Date.now();
  if (leftMs <= 0) return null;
  const spentMs = Math.max(0, verifyLimitMs - leftMs);
  return Math.min(leftMs + 1, longestPauseMs, Math.max(firstPauseMs, spentMs / 4));
}
