import { describe, expect, it } from '@jest/globals';
import type { CertificateRecord, EndpointRecord, NestedCertificate } from '@sifaka/contracts';
import { aCertificateRecord, anEndpointRecord } from '../test/records.js';
import { endpointIssues } from './endpoint-issues.js';

const now = new Date('2026-11-22T12:00:00Z');
const inDays = (days: number): string => new Date(now.getTime() + days * 86_400_000).toISOString();
const cipher = (id: number, name: string, deprecated: boolean) => ({ id, name, deprecated });

const issuesOf = (endpoint: Partial<EndpointRecord>, certificates: CertificateRecord[] = []) =>
  endpointIssues(anEndpointRecord({ id: 5, ...endpoint }), { certificates, now, expiringDays: 30 });
const namesOf = (...certificates: CertificateRecord[]) => issuesOf({}, certificates).map(({ name }) => name);

describe('the issues of an endpoint', () => {
  it('are none while all is well', () => {
    expect(issuesOf({}, [aCertificateRecord({ id: 1, notAfter: inDays(31) })])).toEqual([]);
  });

  it('name each deprecated cipher, and no other', () => {
    const policy = { id: 1, name: 'tls-2024', ciphers: [cipher(1, 'Protocol-TLSv1', true), cipher(2, 'Protocol-TLSv1.2', false), cipher(3, 'Protocol-SSLv3', true)] };
    expect(issuesOf({ policy })).toEqual([
      { name: 'deprecated cipher', value: expect.stringContaining('Protocol-TLSv1 ') },
      { name: 'deprecated cipher', value: expect.stringContaining('Protocol-SSLv3 ') },
    ]);
  });

  it.each([
    ['ended a second ago', inDays(-1 / 86_400), ['expired certificate']],
    ['ends this moment', inDays(0), ['expired certificate']],
    ['ends in a second', inDays(1 / 86_400), ['expiring certificate']],
    ['ends in thirty days', inDays(30), ['expiring certificate']],
    ['ends a second later than that', inDays(30 + 1 / 86_400), []],
  ])('tell of a certificate that %s', (_title, notAfter, expected) => {
    expect(namesOf(aCertificateRecord({ id: 1, notAfter }))).toEqual(expected);
  });

  it('tell of one that is revoked, and of no other state', () => {
    expect(namesOf(aCertificateRecord({ id: 1, status: 'revoked' }))).toEqual(['revoked']);
    expect(namesOf(aCertificateRecord({ id: 1, status: 'unknown' }))).toEqual([]);
  });

  it('tell of one that is replaced, and by what', () => {
    const newer = { ...aCertificateRecord({ id: 2 }), issuer: {} } satisfies NestedCertificate;
    expect(issuesOf({}, [aCertificateRecord({ id: 1, replacedBy: [newer] })])).toEqual([{ name: 'replaced certificate', value: expect.stringContaining('"certificate-2"') }]);
  });

  it('tell each kind once, however many certificates have it', () => {
    const expired = [1, 2].map((id) => aCertificateRecord({ id, notAfter: inDays(-1) }));
    expect(issuesOf({}, expired)).toEqual([{ name: 'expired certificate', value: expect.stringMatching(/certificate-1.*certificate-2/) }]);
  });

  it('tell of another certificate than it should present, once one was seen', () => {
    const presented = [{ certificateId: 1, isDefault: true }];
    expect(issuesOf({ certificateId: 1, certificates: presented, expectedCertificateId: 2 }).map(({ name }) => name)).toEqual(['wrong certificate']);
    expect(issuesOf({ certificateId: 1, certificates: [...presented, { certificateId: 2, isDefault: false }], expectedCertificateId: 2 })).toEqual([]);
    expect(issuesOf({ expectedCertificateId: 2 })).toEqual([]);
  });

  it('keep what was found when it was looked at, without telling a kind twice', () => {
    const issues = [
      { name: 'untrusted chain', value: 'nobody knows its issuer' },
      { name: 'expired certificate', value: 'seen expired' },
    ];
    expect(issuesOf({ issues }).map(({ name }) => name)).toEqual(['untrusted chain', 'expired certificate']);
    expect(issuesOf({ issues }, [aCertificateRecord({ id: 1, notAfter: inDays(-1) })]).map(({ name }) => name)).toEqual(['expired certificate', 'untrusted chain']);
  });
});
