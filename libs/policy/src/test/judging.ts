import type { CertificateFacts } from '@sifaka/pki';
import { allowedDomains } from '../allowed-domains.js';
import { refusalsOf } from '../chain.js';
import { draftIssuance } from '../issuance/draft-issuance.js';
import type { IssuanceAsk, IssuanceInput, IssuingAuthority } from '../issuance/issuance-input.js';
import { issuancePolicy } from '../issuance/issuance-policy.js';

export const now = new Date('2026-03-04T12:00:00.750Z');
export const at = (text: string) => new Date(text);

export function anAsk(parts: Partial<IssuanceAsk> = {}): IssuanceAsk {
  return {
    kind: 'leaf',
    commonName: 'shop.corp.test',
    subject: {},
    keyType: 'ECCPRIME256V1',
    csr: null,
    extensions: {},
    validityStart: null,
    validityEnd: null,
    validityYears: null,
    signingAlgorithm: null,
    ssh: null,
    ...parts,
  };
}

/** Only the dates of the CA matter here. */
export function anAuthority(notBefore = '2026-01-01T08:00:00Z', notAfter = '2027-01-01T08:00:00Z', parts: Partial<IssuingAuthority> = {}): IssuingAuthority {
  const certificate = { notBefore: at(notBefore), notAfter: at(notAfter) } as CertificateFacts;
  return { format: 'x509', validity: { notBefore: at(notBefore), notAfter: at(notAfter) }, name: 'CA', active: true, cnOptional: false, defaultValidityDays: 90, keyType: 'RSA2048', chain: [certificate], ...parts };
}

/** Refusals as `path reason`. */
export function judge(parts: Partial<IssuanceAsk>, rest: Partial<IssuanceInput> = {}): string[] {
  const ask = anAsk(parts);
  const authority = rest.authority === undefined ? anAuthority() : rest.authority;
  const allowWeekendExpiration = rest.allowWeekendExpiration ?? true;
  const draft = draftIssuance(ask, { now, authority, rootValidityDays: 3_652, allowWeekendExpiration });
  return refusalsOf(issuancePolicy, {
    ask,
    draft,
    caller: { entersAnyDomain: false, isAdmin: false },
    allowedDomains: allowedDomains([]),
    sensitiveNames: new Set<string>(),
    offeredKeyTypes: ['ECCPRIME256V1', 'RSA2048'],
    ...rest,
    authority,
    allowWeekendExpiration,
  }).map(({ path, reason }) => `${path} ${reason}`);
}
