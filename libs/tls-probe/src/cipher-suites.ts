import { cipherRegistry } from './cipher-registry.js';

/** A cipher suite of the TLS registry of IANA. */
export interface CipherSuite {
  id: number;
  /** As IANA names it. */
  name: string;
  /** As OpenSSL, and most configurations, name it. */
  opensslName: string;
}

/** Those that a server may accept without a shared key or password, best first: a server that lets the client choose takes the first that it knows. */
export const cipherSuites: readonly CipherSuite[] = cipherRegistry
  .trim()
  .split('\n')
  .map((line) => {
    const [number = '', rest = '', opensslName = `TLS_${rest}`] = line.split(' ');
    return { id: Number.parseInt(number, 16), name: `TLS_${rest}`, opensslName };
  });

const byId = new Map(cipherSuites.map((suite) => [suite.id, suite]));

/** One that is not in the list is named by its number, `0x13FF`. */
export function cipherSuite(id: number): CipherSuite {
  const unknown = `0x${id.toString(16).toUpperCase().padStart(4, '0')}`;
  return byId.get(id) ?? { id, name: unknown, opensslName: unknown };
}

/** Suites of TLS 1.3 say nothing of key exchange and certificate (RFC 8446 section B.4). */
export const isTls13Suite = ({ id }: CipherSuite): boolean => id >> 8 === 0x13;

/** Whether the server proves who it is: all but anonymous key exchange. */
export const hasCertificate = ({ name }: CipherSuite): boolean => !name.includes('_anon_');
