import { Injectable } from '@nestjs/common';
import { AppError, isAppError } from '@sifaka/kernel';
import { DnsChallenges, type Place } from '../dns/dns-challenges.js';
import type { Challenge, ChallengePatch, Order } from '../order/order.js';
import { movedOn } from '../order/steps.js';
import type { Step } from '../order/step.js';
import { AcmeConnections } from '../protocol/acme-connection.js';
import type { Authorization } from '../protocol/resources.js';
import { chooseChallenge, nameOf, preferredTypes, unprovable, type ChosenChallenge } from './choose-challenge.js';

/** Reads an authorization (RFC 8555 section 7.5) and chooses how to prove control of its name. */
@Injectable()
export class ReadAuthorization {
  constructor(
    private readonly connections: AcmeConnections,
    private readonly dns: DnsChallenges,
  ) {}

  async run(order: Order, { id, authorizationUrl }: Challenge): Promise<Step> {
    const connection = await this.connections.of(order.authority);
    const { body: authorization } = await connection.authorization(authorizationUrl);
    const identity = { identifierType: authorization.identifier.type === 'ip' ? 'ip' : 'dns', identifierValue: nameOf(authorization) } as const;
    if (authorization.status === 'valid') return this.chosen(id, { ...identity, state: 'skipped' });
    if (authorization.status !== 'pending') throw unusable(authorization, identity.identifierValue);

    const name = { type: identity.identifierType, value: identity.identifierValue };
    const refusal = unprovable(name, order.challenge);
    if (refusal !== null) throw new AppError('failed_precondition', refusal, { reason: 'acme.unsupportedIdentifier' });
    const place = await this.placeOf(order, name, authorization);
    const challenge = chooseChallenge(authorization, name, preferredTypes(name, order.challenge, place !== null));
    const keyAuthorization = await connection.keyAuthorization(challenge.token);
    return this.chosen(id, { ...identity, ...answerable(order, challenge, place), keyAuthorization });
  }

  /** All authorizations are read. */
  begin(): Step {
    return { order: movedOn('authorizing') };
  }

  /** Null when no TXT record can be made for it, none is wanted, or nobody here can look where it would belong. */
  private async placeOf(order: Order, name: { type: string; value: string }, { challenges }: Authorization): Promise<Place | null> {
    const isWanted = preferredTypes(name, order.challenge, true).includes('dns-01') && challenges.some(({ type }) => type === 'dns-01');
    if (!isWanted) return null;
    try {
      return await this.dns.place(name.value, order.dnsProviderId);
    } catch (error) {
      const hasAlternative = preferredTypes(name, order.challenge, false).includes('http-01');
      if (hasAlternative && isAppError(error) && (error.code === 'failed_precondition' || error.reason === 'dns.no_resolver')) return null;
      throw error;
    }
  }

  private chosen(id: number, change: ChallengePatch): Step {
    return { challenges: [{ id, from: 'chosen', change: { ...change, lastError: null } }] };
  }
}

/** From here on there may be something to clean up. */
function answerable({ tokenDestination }: Order, { type, url, token }: ChosenChallenge, place: Place | null): ChallengePatch {
  const common = { type, challengeUrl: url, token, isCleanedUp: false };
  if (type === 'http-01' || place === null) return { ...common, tokenDestination };
  return { ...common, dnsProviderId: place.providerId, dnsProviderName: place.providerName, zone: place.zone, recordName: place.recordName };
}

/** Invalid, expired, deactivated or revoked before anything was proved: the order cannot become ready. */
function unusable({ status }: Authorization, name: string): AppError {
  return new AppError('not_found', `the CA's authorization for "${name}" is ${status}`, { reason: 'order.unusable' });
}
