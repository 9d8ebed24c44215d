import type { Challenge, Order } from '../../order/order.js';

export const now = new Date('2026-03-01T12:00:00Z');

export function anOrder(parts: Partial<Order> = {}): Order {
  return {
    id: 1,
    pendingCertificateId: 11,
    authority: 'acme authority',
    csr: Buffer.alloc(0),
    identifiers: [{ type: 'dns', value: 'a.test' }],
    challenge: 'dns-01',
    dnsProviderId: null,
    preferredIssuer: null,
    dropsLastCertificate: false,
    profile: null,
    tokenDestination: null,
    until: new Date(now.getTime() + 86_400_000),
    state: 'requested',
    round: 1,
    askedAt: null,
    orderUrl: null,
    finalizeUrl: null,
    replaces: null,
    polls: 0,
    pollAt: null,
    attempts: 0,
    strikes: 0,
    faults: 0,
    lastError: null,
    nextTryAt: null,
    isClosed: false,
    closeTries: 0,
    endedAt: null,
    slot: 'held',
    version: 1,
    createdAt: now,
    updatedAt: now,
    ...parts,
  };
}

export function aChallenge(parts: Partial<Challenge> = {}): Challenge {
  return {
    id: 1,
    round: 1,
    authorizationUrl: 'https://ca.test/authorization/1',
    identifierType: 'dns',
    identifierValue: 'a.test',
    type: 'dns-01',
    state: 'chosen',
    challengeUrl: null,
    token: null,
    keyAuthorization: null,
    dnsProviderId: null,
    dnsProviderName: null,
    zone: null,
    recordName: null,
    tokenDestination: null,
    publishedAt: null,
    polls: 0,
    pollAt: null,
    isCleanedUp: true,
    cleanUps: 0,
    cleanUpAt: null,
    lastError: null,
    ...parts,
  };
}
