import { describe, expect, it } from '@jest/globals';
import { limits } from '@sifaka/kernel';
import { certificatePem } from '../certificate/parse-certificate.js';
import { encodePem } from '../der/pem.js';
import type { GeneralName, NameConstraints } from '../extension/extensions.js';
import { subjectFrom, type Name } from '../name/name.js';
import { aCertificate, aKey, anAuthority, faultOf } from '../test/builders.js';
import { chainPem, completeChain, orderChain, parsePemChain, splitPemChain, verifyChain } from './chain.js';
import { assertMayIssueUnder, pathLengthLeft, withinValidityOf, type IssuanceRequest } from './may-issue-under.js';

const root = anAuthority('Root');
const middle = anAuthority('Middle', { issuer: root });
const issuing = anAuthority('Issuing', { issuer: middle });
const leaf = aCertificate({ issuer: issuing });
const other = anAuthority('Other');
const full = [issuing.certificate, middle.certificate, root.certificate];

describe('orderChain', () => {
  it('finds the issuers whatever their order', () => {
    expect(orderChain(leaf, [root.certificate, other.certificate, middle.certificate, leaf, issuing.certificate])).toEqual(full);
    expect(orderChain(root.certificate, full)).toEqual([]);
  });

  it('ends where the pool ends', () => expect(orderChain(leaf, [root.certificate, issuing.certificate])).toEqual([issuing.certificate]));

  it('prefers the issuer with the right key, then the one that lives longest', () => {
    const renewed = anAuthority('Issuing', { issuer: middle, key: issuing.key, notAfter: new Date('2047-01-01') });
    const namesake = anAuthority('Issuing', { issuer: middle, notAfter: new Date('2050-01-01') });
    expect(orderChain(leaf, [namesake.certificate, issuing.certificate, renewed.certificate, middle.certificate])[0]).toBe(renewed.certificate);
    expect(orderChain(leaf, [namesake.certificate])).toEqual([]);
  });

  it('goes round no circle', () => {
    const a = aKey();
    const b = aKey();
    const first = anAuthority('A', { key: a });
    const second = anAuthority('B', { key: b });
    const aByB = anAuthority('A', { key: a, issuer: second });
    const bByA = anAuthority('B', { key: b, issuer: first });
    expect(orderChain(aCertificate({ issuer: aByB }), [aByB.certificate, bByA.certificate])).toHaveLength(2);
  });
});

describe('completeChain', () => {
  it('fills the given chain up with known authorities and says whether it reached a root', () => {
    expect(completeChain(leaf, [issuing.certificate], [root.certificate, middle.certificate])).toEqual({ chain: full, isComplete: true });
    expect(completeChain(leaf, [issuing.certificate], [root.certificate])).toEqual({ chain: [issuing.certificate], isComplete: false });
    expect(completeChain(root.certificate, [], [])).toEqual({ chain: [], isComplete: true });
    expect(completeChain(leaf, [], [])).toEqual({ chain: [], isComplete: false });
  });
});

describe('verifyChain', () => {
  it('holds for a chain in order', () => {
    expect(verifyChain([leaf, ...full])).toBeNull();
    expect(verifyChain([])).toBeNull();
  });

  it('names the first link that does not hold', () => {
    expect(verifyChain([leaf, middle.certificate])).toEqual({ index: 0, detail: 'certificate "shop.corp.test" is not signed by the next one, "Middle"' });
    expect(verifyChain([leaf, issuing.certificate, root.certificate, middle.certificate])?.index).toBe(1);
    expect(verifyChain([aCertificate({ subject: [] }), other.certificate])?.detail).toMatch(/^certificate "[0-9A-F]+" is not signed/);
  });
});

describe('PEM chains', () => {
  it('go to text and back', () => {
    const text = chainPem(full) ?? '';
    expect(text.endsWith('-----END CERTIFICATE-----')).toBe(true);
    expect(splitPemChain(`${text}\n`)).toEqual(full.map(certificatePem));
    expect(parsePemChain(text.replaceAll('\n', '\r\n')).map(({ serial }) => serial)).toEqual(full.map(({ serial }) => serial));
    expect(chainPem([])).toBeNull();
    expect(splitPemChain(' \n')).toEqual([]);
  });

  it('hold certificates only, and not too many', () => {
    expect(faultOf(() => parsePemChain('hello')).code).toBe('invalid_argument');
    expect(faultOf(() => splitPemChain(encodePem('PRIVATE KEY', Buffer.of(1)))).message).toContain('only certificates');
    expect(faultOf(() => splitPemChain(Array.from({ length: limits.chainLength + 1 }, () => certificatePem(leaf)).join('\n'))).message).toContain('at most');
  });
});

const request = (overrides: Partial<IssuanceRequest> = {}): IssuanceRequest => ({
  subject: subjectFrom({ commonName: 'shop.corp.test' }),
  sans: [{ type: 'dns', value: 'shop.corp.test' }],
  notBefore: new Date('2026-06-01T00:00:00Z'),
  notAfter: new Date('2027-06-01T00:00:00Z'),
  ...overrides,
});
const reasonOf = (chain: Parameters<typeof assertMayIssueUnder>[0], overrides?: Partial<IssuanceRequest>) => faultOf(() => assertMayIssueUnder(chain, request(overrides))).reason;

describe('assertMayIssueUnder', () => {
  it('lets pass what validates', () => {
    expect(() => assertMayIssueUnder(full, request())).not.toThrow();
    expect(() => assertMayIssueUnder(full, request({ ca: {} }))).not.toThrow();
  });

  it('refuses issuers that are none', () => {
    expect(reasonOf([])).toBe('policy.issuer_missing');
    expect(reasonOf([leaf])).toBe('policy.issuer_not_ca');
    expect(reasonOf([aCertificate({ extensions: { basicConstraints: { isCa: true }, keyUsage: ['crlSign'] } })])).toBe('policy.issuer_cannot_sign');
    expect(() => assertMayIssueUnder([aCertificate({ extensions: { basicConstraints: { isCa: true } } })], request())).not.toThrow();
  });

  it('compares validity by the day', () => {
    expect(() => assertMayIssueUnder(full, request({ notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2046-01-01T23:59:59Z') }))).not.toThrow();
    expect(faultOf(() => assertMayIssueUnder(full, request({ notBefore: new Date('2025-12-31T23:59:59Z') }))).fields?.[0]?.path).toBe('validityStart');
    expect(faultOf(() => assertMayIssueUnder(full, request({ notAfter: new Date('2046-01-02T00:00:00Z') }))).fields?.[0]?.path).toBe('validityEnd');
  });

  it('trims hours of the same day to the issuer', () => {
    const { notBefore, notAfter } = root.certificate;
    expect(withinValidityOf(root.certificate, new Date(0), new Date('2100-01-01'))).toEqual({ notBefore, notAfter });
    expect(withinValidityOf(root.certificate, new Date('2030-01-01'), new Date('2031-01-01'))).toEqual({ notBefore: new Date('2030-01-01'), notAfter: new Date('2031-01-01') });
  });
});

describe('path lengths', () => {
  const limited = anAuthority('Limited', { extensions: { basicConstraints: { isCa: true, pathLength: 1 } } });
  const below = anAuthority('Below', { issuer: limited });
  const last = anAuthority('Last', { issuer: below, extensions: { basicConstraints: { isCa: true, pathLength: 0 } } });
  it('count down along the chain', () => {
    expect(pathLengthLeft(full)).toBeNull();
    expect(pathLengthLeft([limited.certificate])).toBe(0);
    expect(pathLengthLeft([below.certificate, limited.certificate])).toBe(-1);
    expect(pathLengthLeft([last.certificate])).toBe(-1);
  });

  it('allow leaves, and authorities as long as some is left', () => {
    expect(() => assertMayIssueUnder([limited.certificate], request({ ca: { pathLength: 0 } }))).not.toThrow();
    expect(() => assertMayIssueUnder([below.certificate, limited.certificate], request())).not.toThrow();
    expect(reasonOf([limited.certificate], { ca: { pathLength: 1 } })).toBe('policy.path_length');
    expect(reasonOf([below.certificate, limited.certificate], { ca: {} })).toBe('policy.path_length');
    expect(reasonOf([last.certificate], { ca: { pathLength: 0 } })).toBe('policy.path_length');
  });
});

describe('name constraints', () => {
  const dns = (value: string): GeneralName => ({ type: 'dns', value });
  const allows = (constraints: Partial<NameConstraints>, sans: GeneralName[], subject: Name = []): boolean => {
    const constrained = anAuthority('Constrained', { extensions: { nameConstraints: { permitted: [], excluded: [], ...constraints } } });
    const under = anAuthority('Under', { issuer: constrained });
    try {
      assertMayIssueUnder([under.certificate, constrained.certificate], request({ sans, subject }));
      return true;
    } catch {
      expect(faultOf(() => assertMayIssueUnder([under.certificate, constrained.certificate], request({ sans, subject }))).reason).toBe('policy.name_constraints');
      return false;
    }
  };
  const permits = (base: GeneralName, name: GeneralName) => allows({ permitted: [base] }, [name]);
  const excludes = (base: GeneralName, name: GeneralName) => !allows({ excluded: [base] }, [name]);
  const network = (value: string): GeneralName => ({ type: 'network', value });
  const ip = (value: string): GeneralName => ({ type: 'ip', value });
  const email = (value: string): GeneralName => ({ type: 'email', value });
  const uri = (value: string): GeneralName => ({ type: 'uri', value });

  it.each([
    [dns('corp.test'), dns('corp.test'), true],
    [dns('corp.test'), dns('a.CORP.test'), true],
    [dns('corp.test'), dns('*.corp.test'), true],
    [dns('corp.test'), dns('evilcorp.test'), false],
    [dns('.corp.test'), dns('a.corp.test'), true],
    [dns('.corp.test'), dns('corp.test'), false],
    [dns(''), dns('anything'), true],
    [dns('corp.test'), ip('10.0.0.1'), true],
    [network('10.0.0.0/8'), ip('10.1.2.3'), true],
    [network('10.0.0.0/8'), ip('11.1.2.3'), false],
    [network('10.0.0.0/8'), ip('::1'), false],
    [network('2001:db8::/32'), ip('2001:db8::1'), true],
    [network('10.0.0.0/8'), network('10.1.0.0/16'), true],
    [network('10.1.0.0/16'), network('10.0.0.0/8'), false],
    [email('corp.test'), email('a@corp.test'), true],
    [email('corp.test'), email('a@b.corp.test'), false],
    [email('.corp.test'), email('a@b.corp.test'), true],
    [email('a@corp.test'), email('a@CORP.test'), true],
    [email('a@corp.test'), email('b@corp.test'), false],
    [uri('corp.test'), uri('https://u@corp.test:8443/x'), true],
    [uri('.corp.test'), uri('https://a.corp.test'), true],
    [uri('corp.test'), uri('https://a.corp.test'), false],
    [uri('corp.test'), uri('urn:x'), false],
  ])('%j permits %j: %s', (base, name, expected) => expect(permits(base, name)).toBe(expected));

  it.each([
    [dns('evil.corp.test'), dns('a.evil.corp.test'), true],
    [dns('evil.corp.test'), dns('*.corp.test'), true],
    [dns('a.evil.corp.test'), dns('*.corp.test'), false],
    [dns('evil.corp.test'), dns('good.corp.test'), false],
    [network('10.1.0.0/16'), network('10.0.0.0/8'), true],
    [network('10.1.0.0/16'), ip('10.2.0.1'), false],
  ])('%j excludes %j: %s', (base, name, expected) => expect(excludes(base, name)).toBe(expected));

  it('bind the subject: its names, its mailboxes, its common name without a SAN', () => {
    const base: GeneralName = { type: 'directoryName', name: subjectFrom({ organization: 'Corp' }) };
    expect(allows({ permitted: [base] }, [], subjectFrom({ organization: 'CORP', organizationalUnit: 'x' }))).toBe(true);
    expect(allows({ permitted: [base] }, [], subjectFrom({ organization: 'Other' }))).toBe(false);
    expect(allows({ permitted: [base] }, [], [])).toBe(true);
    expect(allows({ permitted: [email('corp.test')] }, [], subjectFrom({ email: 'a@evil.test' }))).toBe(false);
    expect(allows({ permitted: [dns('corp.test')] }, [], subjectFrom({ commonName: 'evil.test' }))).toBe(false);
    expect(allows({ permitted: [dns('corp.test')] }, [dns('a.corp.test')], subjectFrom({ commonName: 'evil.test' }))).toBe(true);
    expect(allows({ permitted: [dns('corp.test')] }, [], subjectFrom({ commonName: 'A Person' }))).toBe(true);
  });

  it('pass over kinds that nobody can compare', () => {
    expect(allows({ permitted: [{ type: 'registeredId', value: '1.2.3' }] }, [dns('a')])).toBe(true);
    expect(permits({ type: 'registeredId', value: '1.2.3' }, { type: 'registeredId', value: '1.2.3' })).toBe(false);
    expect(permits({ type: 'otherName', oid: '1.2.3', value: Buffer.from('0500', 'hex') }, { type: 'otherName', oid: '1.2.3', value: Buffer.from('0500', 'hex') })).toBe(false);
  });
});
