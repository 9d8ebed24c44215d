import { AppError } from '@sifaka/kernel';
import { orderChain, parseCertificate, parseCsr, parsePemChain, type CertificateFacts } from '@sifaka/pki';
import type { AuthorityOutcome, IssueOutcome, IssuerAuthority, IssuerAuthorityRequest } from '../kinds/issuer.js';

/**
 * The authority that somebody else runs: its certificate and those above it, as an option holds them in any order.
 *
 * @param option name of the option that the PEM text comes from
 * @throws AppError `invalid_argument` for a text that holds no CA certificate, `failed_precondition` when a parent was asked for
 */
export function outsideAuthority({ name, parent }: IssuerAuthorityRequest, pem: string, option: string): AuthorityOutcome {
  refuseParent(parent);
  const given = readCertificates(pem, option);
  const foreign = given.find(({ isCa }) => !isCa);
  if (foreign !== undefined) throw badOption(option, `"${foreign.cn ?? foreign.serialHex}" is not the certificate of a CA`);
  // The one that issued none of the others issues the certificates.
  const own = given.find((candidate) => !given.some((other) => other !== candidate && other.issuerDer.equals(candidate.subjectDer))) ?? given[0];
  if (own === undefined) throw badOption(option, 'holds no certificate');
  const chain = orderChain(own, given);
  return {
    certificateDer: own.der,
    chainDer: chain.map(({ der }) => der),
    keyId: null,
    externalId: null,
    roleNames: [`${name}_admin`, `${name}_operator`],
  };
}

/** @throws AppError `failed_precondition`: authorities outside the platform make no authorities for it */
export function refuseParent(parent: IssuerAuthority | null): void {
  if (parent === null) return;
  throw new AppError('failed_precondition', `an authority below "${parent.name}" cannot be made: its CA is run outside this platform; create a root authority and give the CA's certificate`, { reason: 'issuer.no_sub_authorities' });
}

/**
 * An issued certificate with its chain in order, made of what the CA sent and of what is known of the authority.
 *
 * @param certificates DER or PEM, the issued one among them in any place
 * @param csrDer the request: its public key says which one it is
 * @throws AppError `upstream_failed` when none is for the key
 */
export function issuedWith(certificates: readonly (Uint8Array | string)[], csrDer: Uint8Array, authority: IssuerAuthority, externalId: string | null): Extract<IssueOutcome, { status: 'issued' }> {
  const received = certificates.flatMap((certificate) => read(certificate, authority));
  const wanted = parseCsr(csrDer).spki;
  const leaf = received.find(({ spki }) => spki.equals(wanted));
  if (leaf === undefined) throw new AppError('upstream_failed', `authority "${authority.name}" answered with ${received.length} certificates, none of them for the requested key`, { reason: 'issuer.foreign_key' });
  const known = [authority.certificateDer, ...authority.chainDer].map((der) => parseCertificate(der));
  const chain = orderChain(leaf, [...received.filter((certificate) => certificate !== leaf), ...known]);
  return { status: 'issued', certificateDer: leaf.der, chainDer: chain.map(({ der }) => der), externalId };
}

function read(certificate: Uint8Array | string, { name }: IssuerAuthority): CertificateFacts[] {
  try {
    return typeof certificate === 'string' ? parsePemChain(certificate) : [parseCertificate(certificate)];
  } catch (error) {
    throw new AppError('upstream_failed', `authority "${name}" answered with something that is not a certificate`, { reason: 'issuer.no_certificate', cause: error });
  }
}

function readCertificates(pem: string, option: string): CertificateFacts[] {
  try {
    return parsePemChain(pem);
  } catch (error) {
    throw badOption(option, error instanceof Error ? error.message : 'is not PEM text');
  }
}

function badOption(option: string, message: string): AppError {
  return new AppError('invalid_argument', `${option}: ${message}`, { reason: 'plugin.bad_option', fields: [{ path: `plugin.pluginOptions.${option}`, message }] });
}
