import { limits } from '@sifaka/kernel';
import type { CertificateFacts } from '../certificate/certificate-facts.js';
import { certificatePem, parseCertificate } from '../certificate/parse-certificate.js';
import { verifySignedBy } from '../certificate/verify-signature.js';
import { decodePem, encodePem } from '../der/pem.js';
import { malformed, shown } from '../invalid.js';
import { nameText } from '../name/name-text.js';
import { isSameName } from '../name/same-name.js';

/**
 * PEM texts of the certificates in order, each without trailing newline; none for blank text.
 * Errors: `invalid_argument` for text without certificates, for blocks of another kind, for more than `limits.chainLength`.
 */
export function splitPemChain(pem: string): string[] {
  return certificateBlocks(pem).map((der) => encodePem('CERTIFICATE', der));
}

/** Parsed certificates of a PEM text in order; errors as of `splitPemChain`. */
export function parsePemChain(pem: string): CertificateFacts[] {
  return certificateBlocks(pem).map(parseCertificate);
}

/** The text form of a chain: PEM blocks joined by one newline; `null` for none. */
export function chainPem(chain: readonly CertificateFacts[]): string | null {
  return chain.length === 0 ? null : chain.map(certificatePem).join('\n');
}

/** Issuers of `leaf` out of `pool`, nearest first, up to a self-signed one or where the pool ends. */
export function orderChain(leaf: CertificateFacts, pool: readonly CertificateFacts[]): CertificateFacts[] {
  const chain: CertificateFacts[] = [];
  const used = new Set([leaf.fingerprintSha256]);
  let current = leaf;
  while (chain.length < limits.chainLength && !current.isSelfSigned) {
    const issuer = issuerOf(current, pool, used);
    if (issuer === undefined) break;
    chain.push(issuer);
    used.add(issuer.fingerprintSha256);
    current = issuer;
  }
  return chain;
}

/** `orderChain` over the given chain and known authorities; `isComplete` when it ends in a self-signed certificate. */
export function completeChain(
  leaf: CertificateFacts,
  given: readonly CertificateFacts[],
  known: readonly CertificateFacts[],
): { chain: CertificateFacts[]; isComplete: boolean } {
  const chain = orderChain(leaf, [...given, ...known]);
  return { chain, isComplete: (chain.at(-1) ?? leaf).isSelfSigned };
}

/** First link that does not hold: `certificates[index]` is not signed by `certificates[index + 1]`. */
export interface BrokenLink {
  readonly index: number;
  readonly detail: string;
}

/** Each certificate signed by the next; unsupported algorithms are skipped. `null` when all links hold. */
export function verifyChain(certificates: readonly CertificateFacts[]): BrokenLink | null {
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1];
    if (issuer !== undefined && verifySignedBy(certificate, issuer) === 'invalid') {
      return { index, detail: `certificate ${shown(label(certificate))} is not signed by the next one, ${shown(label(issuer))}` };
    }
  }
  return null;
}

function certificateBlocks(pem: string): Buffer[] {
  if (pem.trim() === '') return [];
  const blocks = decodePem(pem);
  if (blocks.length === 0) throw malformed('there is no PEM block "CERTIFICATE" in the text');
  if (blocks.length > limits.chainLength) throw malformed(`the chain has ${blocks.length} certificates, at most ${limits.chainLength} are allowed`);
  return blocks.map((block) => {
    if (block.label !== 'CERTIFICATE' && block.label !== 'X509 CERTIFICATE') throw malformed(`the chain holds a block ${shown(block.label)}, only certificates belong in it`);
    return block.bytes;
  });
}

/** Among several certificates of one issuer (cross-signed, renewed): the matching key identifier first, then the longest validity. */
function issuerOf(certificate: CertificateFacts, pool: readonly CertificateFacts[], used: ReadonlySet<string>): CertificateFacts | undefined {
  const namesIssuer = ({ authorityKeyId }: CertificateFacts, { subjectKeyId }: CertificateFacts): boolean =>
    authorityKeyId !== null && subjectKeyId !== null && authorityKeyId.equals(subjectKeyId);
  return pool
    .filter((candidate) => !used.has(candidate.fingerprintSha256))
    .filter((candidate) => certificate.issuerDer.equals(candidate.subjectDer) || isSameName(certificate.issuer, candidate.subject))
    .sort(
      (a, b) =>
        Number(namesIssuer(certificate, b)) - Number(namesIssuer(certificate, a)) || b.notAfter.getTime() - a.notAfter.getTime(),
    )
    .find((candidate) => verifySignedBy(certificate, candidate) !== 'invalid');
}

const label = (certificate: CertificateFacts): string => certificate.cn ?? (nameText(certificate.subject) || certificate.serialHex);
