import { describe, expect, it } from '@jest/globals';
import { extendedKeyUsageOids } from '@sifaka/pki';
import { allowedDomains } from '../allowed-domains.js';
import { refusalsOf } from '../chain.js';
import { anAsk, anAuthority, judge, now } from '../test/judging.js';
import { draftIssuance } from './draft-issuance.js';
import type { IssuanceAsk, IssuanceInput } from './issuance-input.js';
import { formatPolicies, issuancePolicy } from './issuance-policy.js';
import { checkedNames } from './name-rules.js';

const server = [extendedKeyUsageOids.useServerAuthentication];
const client = [extendedKeyUsageOids.useClientAuthentication];
const dns = (...values: string[]) => values.map((value) => ({ type: 'dns' as const, value }));

function inputOf(parts: Partial<IssuanceAsk>, rest: Partial<IssuanceInput> = {}): IssuanceInput {
  const ask = anAsk({ keyType: 'ED25519', ...parts });
  const authority = anAuthority(undefined, undefined, { format: 'openssh', chain: [], name: 'Corp SSH' });
  const draft = draftIssuance(ask, { now, authority, rootValidityDays: 3_652, allowWeekendExpiration: true });
  return {
    ask,
    draft,
    authority,
    caller: { entersAnyDomain: false, isAdmin: false },
    allowedDomains: allowedDomains(['.*\\.corp\\.test']),
    sensitiveNames: new Set(),
    allowWeekendExpiration: true,
    offeredKeyTypes: ['ED25519', 'ECCSECP256K1'],
    ...rest,
  };
}

/** Refusals as `path reason`. */
function judgeSsh(parts: Partial<IssuanceAsk>, rest: Partial<IssuanceInput> = {}): string[] {
  const input = inputOf(parts, rest);
  return [...refusalsOf(issuancePolicy, input), ...refusalsOf(formatPolicies.openssh, input)].map(({ path, reason }) => `${path} ${reason}`);
}

describe('a host certificate', () => {
  it('names its common name and its other hosts, as principals', () => {
    const asked = { extensions: { extendedKeyUsage: server, subjectAltNames: [...dns('db.corp.test'), { type: 'ip' as const, value: '192.0.2.7' }] } };
    expect(judgeSsh(asked)).toEqual([]);
    expect(inputOf(asked).draft.ssh).toMatchObject({ kind: 'host', principals: ['shop.corp.test', 'db.corp.test', '192.0.2.7'], isValidityAsked: false });
  });

  it('is bound to allowed and sensitive domains', () => {
    const asked = { extensions: { extendedKeyUsage: server, subjectAltNames: dns('evil.example', 'pay.corp.test') } };
    expect(judgeSsh(asked, { sensitiveNames: new Set(['pay.corp.test']) })).toEqual([
      'extensions.subAltNames.names policy.domain_not_allowed',
      'extensions.subAltNames.names policy.domain_sensitive',
    ]);
  });

  it('names nothing but hosts, and carries nothing that is for users', () => {
    expect(judgeSsh({ extensions: { extendedKeyUsage: server, subjectAltNames: [{ type: 'uri', value: 'https://a.corp.test' }] } })).toEqual(['extensions.subAltNames.names policy.ssh_names']);
    expect(judgeSsh({ commonName: 'A Person', extensions: { extendedKeyUsage: server } })).toEqual(['commonName policy.ssh_names', 'commonName policy.ssh_names']);
    const many = dns(...Array.from({ length: 256 }, (_, index) => `h${index}.corp.test`));
    expect(judgeSsh({ extensions: { extendedKeyUsage: server, subjectAltNames: many } })).toEqual(['extensions.subAltNames.names policy.ssh_names']);
    expect(judgeSsh({ extensions: { extendedKeyUsage: server }, ssh: { extensions: [] } })).toEqual(['extensions.ssh.extensions policy.ssh_host_terms']);
  });
});

describe('a user certificate', () => {
  const asked = { extensions: { extendedKeyUsage: client } };

  it('needs no common name, and its common name is no domain', () => {
    expect(judgeSsh({ ...asked, commonName: '' })).toEqual([]);
    expect(judgeSsh({ ...asked, commonName: 'rivera' })).toEqual([]);
    expect(checkedNames(inputOf({ ...asked, commonName: 'rivera' }).draft)).toEqual([]);
  });

  it('leaves no name out in silence', () => {
    expect(judgeSsh({ commonName: 'rivera', extensions: { extendedKeyUsage: client, subjectAltNames: dns('rivera') } })).toEqual([]);
    expect(judgeSsh({ commonName: 'rivera', extensions: { extendedKeyUsage: client, subjectAltNames: dns('root') } })).toEqual(['extensions.subAltNames.names policy.ssh_names']);
  });

  it('is refused with terms that OpenSSH would not read', () => {
    const ssh = { keyId: 'two\nlines', principals: ['a b', 'fine'], extensions: ['permit-all'], criticalOptions: { sourceAddress: ['10.0.0.1/8'], forceCommand: '' } };
    expect(judgeSsh({ ...asked, ssh }).map((refusal) => refusal.split(' ')[0])).toEqual([
      'extensions.ssh.principals',
      'extensions.ssh.extensions',
      'extensions.ssh.criticalOptions.sourceAddress',
      'extensions.ssh.criticalOptions.forceCommand',
      'extensions.ssh.keyId',
    ]);
  });
});

it('asks an SSH authority for exactly one template, a key of OpenSSH, and no authority below it', () => {
  for (const extendedKeyUsage of [undefined, [], [...server, ...client], ['1.3.6.1.5.5.7.3.3']]) {
    expect(judgeSsh({ extensions: { ...(extendedKeyUsage !== undefined && { extendedKeyUsage }) } })).toEqual(['extensions.extendedKeyUsage policy.ssh_kind']);
  }
  expect(judgeSsh({ keyType: 'ECCSECP256K1', extensions: { extendedKeyUsage: server } })).toEqual(['keyType policy.ssh_key_type']);
  expect(judgeSsh({ kind: 'ca' })).toEqual(['parent policy.ssh_subca']);
});

it('takes what is for SSH at no other authority', () => {
  expect(judge({ ssh: { principals: ['root'] } })).toEqual(['extensions.ssh policy.ssh_elsewhere']);
  expect(judge({ ssh: {} }, { authority: null })).toEqual(['extensions.ssh policy.ssh_elsewhere']);
});
