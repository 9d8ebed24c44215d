import { isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { GatewayConfig } from '../gateway.config.js';
import { IdentityRepository } from './identity.repository.js';

/** Holds back who guesses passwords: so many logins per client address and window, counted over all replicas. */
@Injectable()
export class LoginThrottle {
  constructor(
    private readonly identities: IdentityRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  /** Counts a login, good or bad. @throws AppError rate_limited beyond the limit. */
  async admit(sourceIp: string | null): Promise<void> {
    const { loginLimit, loginWindowSeconds } = this.config;
    const now = this.clock.now();
    const { requests, windowStartedAt } = await this.identities.countLogin(clientOf(sourceIp), now, loginWindowSeconds);
    if (requests <= loginLimit) return;
    const retryAfterMs = Math.max(1_000, windowStartedAt.getTime() + loginWindowSeconds * 1_000 - now.getTime());
    throw new AppError('rate_limited', `too many logins from this address: ${loginLimit} are possible in ${loginWindowSeconds} seconds`, {
      reason: 'login.throttled',
      retryAfterMs,
    });
  }

  @Job('prune-logins', { cron: '*/10 * * * *', timeLimitMs: 60_000 })
  async prune(_payload: JobPayload, _context: JobContext): Promise<void> {
    await this.identities.prune(this.clock.now(), this.config.loginWindowSeconds);
  }
}

/** A host owns its whole IPv6 /64: one address of it is as good as another. */
export function clientOf(sourceIp: string | null): string {
  if (sourceIp === null) return 'unknown';
  if (!isIPv6(sourceIp)) return sourceIp;
  const [head = '', tail] = sourceIp.split('%')[0]?.split('::') ?? [];
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const full = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...right];
  return `${full
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

function groups(text: string): string[] {
  return text === '' ? [] : text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
}
