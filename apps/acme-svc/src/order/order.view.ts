import { timestamp } from '@sifaka/kernel';
import type { AcmeOrderRecord } from '@sifaka/contracts';
import type { Challenge, OrderSnapshot } from './order.js';

/** An order as the API shows it, with the challenges of its current order at the CA. */
export function orderView({ order, challenges }: OrderSnapshot): AcmeOrderRecord {
  const { id, pendingCertificateId, authority, state, orderUrl, attempts, lastError, nextTryAt } = order;
  return {
    id,
    pendingCertificateId,
    authority,
    state,
    orderUrl,
    attempts,
    lastError,
    nextTryAt: nextTryAt === null ? null : timestamp(nextTryAt),
    until: timestamp(order.until),
    createdAt: timestamp(order.createdAt),
    updatedAt: timestamp(order.updatedAt),
    challenges: challenges.filter(({ round, isCleanedUp }) => round === order.round || !isCleanedUp).map(challengeView),
  };
}

function challengeView(challenge: Challenge): AcmeOrderRecord['challenges'][number] {
  const { id, identifierType, identifierValue, type, state, recordName, dnsProviderId, dnsProviderName, tokenDestination, isCleanedUp, lastError } = challenge;
  return {
    id,
    identifier: { type: identifierType, value: identifierValue },
    type,
    state,
    recordName,
    dnsProvider: dnsProviderId === null || dnsProviderName === null ? null : { id: dnsProviderId, name: dnsProviderName },
    tokenDestination,
    isCleanedUp,
    lastError,
  };
}
