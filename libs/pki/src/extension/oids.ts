/** Object identifiers of extensions, access methods and qualifiers (RFC 5280). */
export const extensionOids = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltNames: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const;

export const accessOids = { ocsp: '1.3.6.1.5.5.7.48.1', caIssuers: '1.3.6.1.5.5.7.48.2' } as const;

export const cpsQualifierOid = '1.3.6.1.5.5.7.2.1';

/** Purposes of extendedKeyUsage that have a name in the REST objects, in the order in which they are written. */
export const extendedKeyUsageOids = {
  useClientAuthentication: '1.3.6.1.5.5.7.3.2',
  useServerAuthentication: '1.3.6.1.5.5.7.3.1',
  useCodeSigning: '1.3.6.1.5.5.7.3.3',
  useEmailProtection: '1.3.6.1.5.5.7.3.4',
  useTimestamping: '1.3.6.1.5.5.7.3.8',
  useOCSPSigning: '1.3.6.1.5.5.7.3.9',
  useEapOverLAN: '1.3.6.1.5.5.7.3.14',
  useEapOverPPP: '1.3.6.1.5.5.7.3.13',
  useSmartCardLogon: '1.3.6.1.4.1.311.20.2.2',
} as const;
