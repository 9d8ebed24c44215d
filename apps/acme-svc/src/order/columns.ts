import type { ChallengePatch, OrderProgress } from './order.js';

/** Columns of what changes about an order. */
export const orderColumns: Record<keyof OrderProgress, string> = {
  state: 'state',
  round: 'round',
  askedAt: 'asked_at',
  orderUrl: 'order_url',
  finalizeUrl: 'finalize_url',
  submittedAt: 'submitted_at',
  waitsFor: 'waits_for',
  replaces: 'replaces',
  polls: 'polls',
  pollAt: 'poll_at',
  attempts: 'attempts',
  strikes: 'strikes',
  faults: 'faults',
  lastError: 'last_error',
  nextTryAt: 'next_try_at',
  notBefore: 'not_before',
  isClosed: 'is_closed',
  closeTries: 'close_tries',
  endedAt: 'ended_at',
};

export const challengeColumns: Record<keyof ChallengePatch, string> = {
  identifierType: 'identifier_type',
  identifierValue: 'identifier_value',
  type: 'type',
  state: 'state',
  challengeUrl: 'challenge_url',
  token: 'token',
  keyAuthorization: 'key_authorization',
  dnsProviderId: 'dns_provider_id',
  dnsProviderName: 'dns_provider_name',
  zone: 'zone',
  recordName: 'record_name',
  tokenDestination: 'token_destination',
  publishedAt: 'published_at',
  answeredAt: 'answered_at',
  polls: 'polls',
  pollAt: 'poll_at',
  isCleanedUp: 'is_cleaned_up',
  cleanUps: 'clean_ups',
  cleanUpAt: 'clean_up_at',
  lastError: 'last_error',
};

const termColumns = {
  pendingCertificateId: 'pending_certificate_id',
  authority: 'authority',
  csr: 'csr',
  identifiers: 'identifiers',
  challenge: 'challenge',
  dnsProviderId: 'dns_provider_id',
  preferredIssuer: 'preferred_issuer',
  dropsLastCertificate: 'drops_last_certificate',
  profile: 'profile',
  tokenDestination: 'token_destination',
  until: 'until',
};

/** Select lists whose rows are `Order` and `Challenge`. */
export const orderFields = selected('o', {
  id: 'id',
  ...termColumns,
  ...orderColumns,
  slot: 'slot',
  version: 'version',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
});
export const challengeFields = selected('c', { id: 'id', round: 'round', authorizationUrl: 'authorization_url', ...challengeColumns });

/** `a = $1, b = $2` for the fields of a patch; appends their values. */
export function assignments(columns: Readonly<Record<string, string>>, patch: object, values: unknown[]): string[] {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  return given.flatMap(([field, value]) => {
    const column = columns[field];
    return column === undefined ? [] : [`${column} = $${values.push(value)}`];
  });
}

function selected(table: string, columns: Record<string, string>): string {
  return Object.entries(columns)
    .map(([field, column]) => `${table}.${column} as "${field}"`)
    .join(', ');
}
