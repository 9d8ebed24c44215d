import { describe, expect, it } from '@jest/globals';
import type { PlacedCertificate } from '@sifaka/contracts';
import { successorOf } from './successors.js';

const now = new Date('2026-06-01T00:00:00Z');

const aCertificate = (id: number, replacedBy: number[], parts: Partial<PlacedCertificate> = {}): PlacedCertificate => ({
  ...{ id, name: `certificate-${id}`, commonName: null, names: [], format: 'x509', certificateDer: '', chainDer: [], keyId: null, fingerprintSha256: '', status: 'valid', isDeleted: false },
  ...{ notBefore: `2026-01-0${id}T00:00:00Z`, notAfter: '2027-01-01T00:00:00Z', owner: '', userId: null, ownerRoleId: 1, roleIds: [], externalId: null, replaces: [], replacedBy },
  ...parts,
});

const end = (...certificates: PlacedCertificate[]) => successorOf(1, new Map(certificates.map((each) => [each.id, each])), now)?.id;

describe('the end of a chain of replacements', () => {
  it('is the last that may be presented', () => {
    expect(end(aCertificate(1, [2]), aCertificate(2, [3]), aCertificate(3, []))).toBe(3);
    expect(end(aCertificate(1, [2]), aCertificate(2, [3]), aCertificate(3, [], { status: 'revoked' }))).toBe(2);
    expect(end(aCertificate(1, [2]), aCertificate(2, [3], { isDeleted: true }), aCertificate(3, []))).toBe(3);
  });

  it('is the newest where several have replaced it', () => {
    expect(end(aCertificate(1, [2, 3]), aCertificate(2, []), aCertificate(3, []))).toBe(3);
    expect(end(aCertificate(1, [2, 3]), aCertificate(2, []), aCertificate(3, [], { notBefore: '2025-01-01T00:00:00Z' }))).toBe(2);
  });

  it('is nobody where none is valid now, and a circle has an end as well', () => {
    expect(end(aCertificate(1, []))).toBeUndefined();
    expect(end(aCertificate(1, [2]), aCertificate(2, [], { notAfter: '2026-05-31T00:00:00Z' }))).toBeUndefined();
    expect(end(aCertificate(1, [2]), aCertificate(2, [], { notBefore: '2026-06-02T00:00:00Z' }))).toBeUndefined();
    expect(end(aCertificate(1, [2]), aCertificate(2, [3]), aCertificate(3, [2]))).toBe(3);
    expect(end(aCertificate(1, [2]), aCertificate(2, [1]))).toBe(2);
  });
});
