import type { AcmeIdentifier, challengeStates, orderStates } from '@sifaka/contracts';

export type OrderState = (typeof orderStates)[number];
export type ChallengeState = (typeof challengeStates)[number];
export type ChallengeType = 'dns-01' | 'http-01';

/** What was asked for; never changes. */
export interface OrderTerms {
  readonly pendingCertificateId: number;
  readonly authority: string;
  readonly csr: Buffer;
  readonly identifiers: readonly AcmeIdentifier[];
  readonly challenge: ChallengeType | 'auto';
  readonly dnsProviderId: number | null;
  readonly preferredIssuer: string | null;
  readonly dropsLastCertificate: boolean;
  readonly profile: string | null;
  readonly tokenDestination: string | null;
  readonly until: Date;
}

/** How far it has come. */
export interface OrderProgress {
  readonly state: OrderState;
  /** Which order at the CA this is: 1, and more when the CA gave one up. */
  readonly round: number;
  /** Since when the CA may have been asked for an order whose address is not known. */
  readonly askedAt: Date | null;
  readonly orderUrl: string | null;
  readonly finalizeUrl: string | null;
  /** Since when the CA may have the request for the certificate. */
  readonly submittedAt: Date | null;
  /** The order here that has the CA's only order for these names. */
  readonly waitsFor: number | null;
  /** DER of the certificate that is replaced, as long as the CA is to be told. */
  readonly replaces: Buffer | null;
  /** Looks at the state of the CA's order since it last changed, and when the next is due. */
  readonly polls: number;
  readonly pollAt: Date | null;
  /** Failures of all kinds. */
  readonly attempts: number;
  /** Failures that count towards the end. */
  readonly strikes: number;
  /** Faults of others, in a row. */
  readonly faults: number;
  readonly lastError: string | null;
  readonly nextTryAt: Date | null;
  /** What a CA or DNS provider asked for: no earlier try, whoever wants it. */
  readonly notBefore: Date | null;
  readonly isClosed: boolean;
  readonly closeTries: number;
  readonly endedAt: Date | null;
}

export interface Order extends OrderTerms, OrderProgress {
  readonly id: number;
  readonly slot: 'none' | 'waiting' | 'held';
  /** Grows with every change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An authorization of an order, and the challenge that was chosen for it. */
export interface Challenge {
  readonly id: number;
  readonly round: number;
  readonly authorizationUrl: string;
  readonly identifierType: AcmeIdentifier['type'];
  /** A wildcard keeps its `*.`. */
  readonly identifierValue: string;
  /** Null until the authorization was read, and for good when it was valid already. */
  readonly type: ChallengeType | null;
  readonly state: ChallengeState;
  readonly challengeUrl: string | null;
  readonly token: string | null;
  readonly keyAuthorization: string | null;
  readonly dnsProviderId: number | null;
  readonly dnsProviderName: string | null;
  readonly zone: string | null;
  readonly recordName: string | null;
  readonly tokenDestination: string | null;
  readonly publishedAt: Date | null;
  readonly answeredAt: Date | null;
  readonly polls: number;
  readonly pollAt: Date | null;
  readonly isCleanedUp: boolean;
  readonly cleanUps: number;
  readonly cleanUpAt: Date | null;
  readonly lastError: string | null;
}

/** An order with the challenges of all its rounds. */
export interface OrderSnapshot {
  readonly order: Order;
  readonly challenges: readonly Challenge[];
}

export type ChallengePatch = Partial<Omit<Challenge, 'id' | 'round' | 'authorizationUrl'>>;

export interface NewChallenge {
  readonly authorizationUrl: string;
  readonly identifierType: AcmeIdentifier['type'];
  readonly identifierValue: string;
}

export function isFinal(state: OrderState): boolean {
  return state === 'issued' || state === 'failed' || state === 'abandoned';
}

/** The CA is at work for it. One that waits for DNS or a destination is not in flight: others go on meanwhile. */
export function isInFlight({ order, challenges }: OrderSnapshot): boolean {
  if (isFinal(order.state)) return false;
  return order.state !== 'authorizing' || challenges.some(({ round, state }) => round === order.round && state === 'answered');
}
