/** As OpenSSL, Node and the policies of load balancers name them. */
export const tlsVersions = ['SSLv2', 'SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof tlsVersions)[number];

export const versionNumbers: Readonly<Record<TlsVersion, number>> = { SSLv2: 0x0002, SSLv3: 0x0300, TLSv1: 0x0301, 'TLSv1.1': 0x0302, 'TLSv1.2': 0x0303, 'TLSv1.3': 0x0304 };

export const versionOf = (number: number): TlsVersion | undefined => tlsVersions.find((name) => versionNumbers[name] === number);
