import { AppError } from '@sifaka/kernel';
import type { Authorization, Challenge } from '../protocol/resources.js';
import type { ChallengeType } from '../order/order.js';

export type Wish = ChallengeType | 'auto';

/** A challenge that can be answered: it has a token. */
export interface ChosenChallenge {
  readonly type: ChallengeType;
  readonly url: string;
  readonly token: string;
}

interface Name {
  readonly type: string;
  /** A wildcard keeps its `*.`. */
  readonly value: string;
}

/**
 * Why a name cannot be validated as wished, whatever the CA offers; null when it can.
 *
 * RFC 8555 section 8.3: HTTP-01 proves nothing about a wildcard. RFC 8738 section 7: DNS-01 proves nothing about an address.
 */
export function unprovable({ type, value }: Name, wish: Wish): string | null {
  if (type === 'ip' && wish === 'dns-01') {
    return `IP address ${value} cannot be validated by dns-01 (RFC 8738): issue it from an authority with acme-http-issuer or acme-auto-issuer`;
  }
  if (isWildcard(value) && wish === 'http-01') {
    return `wildcard "${value}" cannot be validated by http-01 (RFC 8555 section 8.3): issue it from an authority with acme-issuer or acme-auto-issuer`;
  }
  return null;
}

/**
 * Types of challenge to try for a name, the best first.
 *
 * @param isServed a DNS provider serves its zone
 */
export function preferredTypes({ type, value }: Name, wish: Wish, isServed: boolean): readonly ChallengeType[] {
  if (wish !== 'auto') return [wish];
  if (type === 'ip') return ['http-01'];
  if (isWildcard(value)) return ['dns-01'];
  return isServed ? ['dns-01', 'http-01'] : ['http-01'];
}

/** @throws AppError `failed_precondition` that names what the CA offers instead */
export function chooseChallenge(authorization: Authorization, name: Name, types: readonly ChallengeType[]): ChosenChallenge {
  for (const type of types) {
    const offered = authorization.challenges.find((challenge) => challenge.type === type && challenge.token !== undefined);
    if (offered?.token !== undefined) return { type, url: offered.url, token: offered.token };
  }
  const offers = authorization.challenges.map(({ type }) => type).join(', ') || 'none';
  throw new AppError('failed_precondition', `the CA offers no ${types.join(' or ')} challenge for "${name.value}", but: ${offers}`, {
    reason: 'order.no_challenge',
  });
}

/** The challenge of an authorization that tells why it is invalid. */
export function failedChallenge({ challenges }: Authorization): Challenge | undefined {
  return challenges.find(({ status }) => status === 'invalid') ?? challenges.find(({ error }) => error !== undefined);
}

/** The name of an authorization as the order has it (RFC 8555 section 7.1.4). */
export function nameOf({ identifier, wildcard }: Authorization): string {
  return wildcard && !isWildcard(identifier.value) ? `*.${identifier.value}` : identifier.value;
}

export function isWildcard(name: string): boolean {
  return name.startsWith('*.');
}
