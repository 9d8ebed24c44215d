import { describe, expect, it } from '@jest/globals';
import type { GeneralName } from '@sifaka/pki';
import { allowedDomains } from '../allowed-domains.js';
import { aCsr } from '../test/a-csr.js';
import { judge } from '../test/judging.js';

describe('a signing request', () => {
  it('is judged by its common name', () => {
    const rules = { allowedDomains: allowedDomains(['^[a-z]+\\.corp\\.test$']) };
    expect(judge({ csr: aCsr(['shop.corp.test']) }, rules)).toEqual([]);
    expect(judge({ csr: aCsr(['evil.com']) }, rules)).toContain('commonName policy.domain_not_allowed');
  });

  it('has one common name: what is judged is what is signed', () => {
    const rules = { allowedDomains: allowedDomains(['^[a-z]+\\.corp\\.test$']) };
    expect(judge({ csr: aCsr(['shop.corp.test', 'evil.com']) }, rules)).toEqual(['csr policy.csr_common_names']);
  });

  const asking = (...subjectAltNames: GeneralName[]) => judge({ csr: aCsr(['shop.corp.test'], { subjectAltNames }) });
  const malformed = ['csr policy.name_malformed'];

  it.each<[string, GeneralName, string[]]>([
    ['a wildcard', { type: 'dns', value: '*.corp.test' }, []],
    ['an address', { type: 'ip', value: '2001:db8::1' }, []],
    ['a bare wildcard', { type: 'dns', value: '*' }, malformed],
    ['two wildcards', { type: 'dns', value: '*.*.corp.test' }, malformed],
    ['an empty label', { type: 'dns', value: 'a..corp.test' }, malformed],
    ['a blank', { type: 'dns', value: 'a b.corp.test' }, malformed],
    ['an empty name', { type: 'dns', value: '' }, malformed],
    ['3,000 characters', { type: 'dns', value: 'a'.repeat(3_000) }, malformed],
    ['a mailbox without host', { type: 'email', value: 'nobody' }, malformed],
    ['a URI without scheme', { type: 'uri', value: 'corp' }, malformed],
    ['what cannot be read', { type: 'opaque', tag: 0xa2, der: Buffer.from('a2021600', 'hex') }, malformed],
  ])('is judged by its names: %s', (_what, name, refusals) => {
    expect(asking(name)).toEqual(refusals);
  });

  const dnsNames = (count: number, chars: number): GeneralName[] =>
    Array.from({ length: count }, (_, index) => ({ type: 'dns', value: `${'a'.repeat(chars - 7)}.${String(index).padStart(6, '0')}` }));

  it('asks for as many names as a certificate has room for', () => {
    expect(asking(...dnsNames(999, 60))).toEqual([]);
    expect(asking(...dnsNames(1_000, 60))).toEqual(['csr policy.names_too_many']);
    expect(asking(...dnsNames(930, 70))).toEqual([]);
    expect(asking(...dnsNames(950, 70))).toEqual(['csr policy.names_too_long']);
  });
});
