import type { EndingCertificate } from '@sifaka/contracts';

/** A certificate that ends, with everything that a test does not care about. */
export function anEndingCertificate(parts: Partial<EndingCertificate> = {}): EndingCertificate {
  const { id = 1 } = parts;
  return {
    id,
    name: `SAN-c${id}.corp.test-CorpCA-20260101-20270101`,
    commonName: `c${id}.corp.test`,
    names: [`c${id}.corp.test`],
    serialHex: 'A1',
    issuer: 'CorpCA',
    owner: 'joe@a.test',
    description: null,
    notify: true,
    rotation: false,
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2027-01-01T00:00:00Z',
    dateCreated: '2026-01-01T00:00:00Z',
    authority: { id: 1, name: 'Corp CA', plugin: 'cryptography-issuer' },
    userId: 1,
    ownAuthority: null,
    replaces: [],
    replacedBy: [],
    endpointCount: 0,
    destinationCount: 0,
    isInRenewalWindow: false,
    renewal: { state: 'off', reason: 'rotation is off', windowStart: null, plannedAt: null, lateAt: null, isLate: false, lastError: null },
    ...parts,
  };
}
