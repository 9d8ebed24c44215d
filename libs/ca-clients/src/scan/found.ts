import { AppError, isAppError } from '@sifaka/kernel';
import { orderChain, parseCertificate, parsePemChain, parsePkcs7, type CertificateFacts } from '@sifaka/pki';
import type { Finding, FoundCertificate, SourceFault } from '@sifaka/plugin-sdk';

/** TLS Web Server Authentication (RFC 5280 section 4.2.1.12). */
const serverAuth = '1.3.6.1.5.5.7.3.1';

const limits = { name: 10_000, externalId: 2_048, owner: 256, description: 1_024 };

/** How a CA speaks of a certificate. */
export type Known = Partial<Pick<FoundCertificate, 'name' | 'externalId' | 'owner' | 'description'>>;

export const fault = (what: string, reason: string, hides: SourceFault['hides']): Finding => ({ kind: 'fault', fault: { what, reason, hides } });

/** A certificate, its chain out of what came with it. Without a name of its own it has the common name. */
export function found(certificate: CertificateFacts, pool: readonly CertificateFacts[], known: Known): Finding {
  const text = (key: keyof typeof limits, value: string | null | undefined) => (value === null || value === undefined || value.trim() === '' ? null : value.trim().slice(0, limits[key]));
  return {
    kind: 'certificate',
    certificate: {
      certificateDer: certificate.der,
      chainDer: orderChain(certificate, pool).map(({ der }) => der),
      name: text('name', known.name ?? certificate.cn),
      externalId: text('externalId', known.externalId),
      owner: text('owner', known.owner),
      description: text('description', known.description),
    },
  };
}

/** Certificates of PEM texts, the leaf first: the first that issued none of the others. @throws AppError `upstream_failed` */
export function readBundle(what: string, ...texts: string[]): [CertificateFacts, ...CertificateFacts[]] {
  const certificates = parsed(what, () => texts.flatMap(certificatesIn));
  const leaf = certificates.find((each) => !certificates.some((other) => other !== each && !other.subjectDer.equals(each.subjectDer) && other.issuerDer.equals(each.subjectDer)));
  if (leaf === undefined) throw unreadable(what, 'holds no certificate');
  return [leaf, ...certificates.filter((certificate) => certificate.fingerprintSha256 !== leaf.fingerprintSha256)];
}

/** PEM; or PKCS#7 in PEM, which some label as if it were a certificate. */
function certificatesIn(text: string): CertificateFacts[] {
  try {
    return parsePemChain(text);
  } catch (error) {
    const containers = text.replace(/-----(BEGIN|END) CERTIFICATE-----/g, '-----$1 PKCS7-----');
    try {
      return parsePkcs7(containers).map((der) => parseCertificate(der));
    } catch {
      throw error;
    }
  }
}

/** @throws AppError `upstream_failed` */
export const readCertificate = (what: string, certificate: string | Uint8Array): CertificateFacts => parsed(what, () => parseCertificate(certificate));

/** Whether it says, in any of its extensions, that it is for servers. */
export const isForServers = ({ extensions }: CertificateFacts): boolean => extensions.extendedKeyUsage?.includes(serverAuth) === true;

/** What a certificate that could not be had hides: what came is no certificate, so nothing; what did not come might have been any. */
export function faultOf(what: string, error: unknown): Finding {
  if (!isAppError(error)) throw error;
  return fault(what, error.message, error.reason === 'source.unreadable' ? 'nothing' : 'everything');
}

/** Nobody who asks again hears anything else. */
export const isFinal = (error: unknown): boolean => !isAppError(error) || error.code === 'permission_denied' || error.code === 'rate_limited';

function parsed<Result>(what: string, parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw unreadable(what, `cannot be read: ${error instanceof Error ? error.message : ''}`);
  }
}

const unreadable = (what: string, why: string): AppError => new AppError('upstream_failed', `${what} ${why}`, { reason: 'source.unreadable' });
