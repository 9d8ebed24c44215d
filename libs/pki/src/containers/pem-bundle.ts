import { X509Certificate, type KeyObject } from 'node:crypto';
import { encodePem } from '../der/pem.js';
import { malformed } from '../invalid.js';
import { keyMatches } from '../keys/private-key.js';
import { containerLimits } from './container-limits.js';

/** Certificate and chain as PEM in the order in which servers send them; no newline at the end. */
export function fullChainPem(certificateDer: Uint8Array, chainDer: readonly Uint8Array[]): string {
  return [certificateDer, ...chainDer].map((der) => encodePem('CERTIFICATE', der)).join('\n');
}

/** Certificate, chain, then key: what HAProxy and most others take as one file. Ends with a newline. */
export function pemBundle(certificateDer: Uint8Array, chainDer: readonly Uint8Array[], privateKeyPem: string | null): string {
  return [fullChainPem(certificateDer, chainDer), ...(privateKeyPem === null ? [] : [privateKeyPem]), ''].join('\n');
}

export interface OrderedBundle {
  certificateDer: Uint8Array;
  /** Issuer first, as far as the bundle goes. */
  chainDer: Uint8Array[];
  /** Those that do not belong to the path, in their order. */
  othersDer: Uint8Array[];
}

/**
 * Finds the path in certificates that come in any order, as files and key containers hold them. The leaf is the certificate of the key;
 * without a key, the first that issued no other.
 *
 * @throws AppError `invalid_argument` when there is no certificate, or none belongs to the key
 */
export function orderBundle(certificatesDer: readonly Uint8Array[], privateKey: KeyObject | null): OrderedBundle {
  if (certificatesDer.length > containerLimits.entries) throw malformed(`the bundle has more than ${containerLimits.entries} certificates`);
  const left = certificatesDer.map((der) => ({ der, certificate: load(der) }));
  const issuers = new Set(left.filter(({ certificate }) => certificate.issuer !== certificate.subject).map(({ certificate }) => certificate.issuer));
  const isLeaf = (certificate: X509Certificate): boolean =>
    privateKey === null ? !issuers.has(certificate.subject) : keyMatches(privateKey, certificate.publicKey.export({ format: 'der', type: 'spki' }));

  const path = take(left, isLeaf);
  if (path === undefined) throw malformed(privateKey === null ? 'the bundle holds no certificate that could be the leaf' : 'the bundle holds no certificate of the private key');
  const chainDer: Uint8Array[] = [];
  for (let last = path.certificate; !last.checkIssued(last); ) {
    const issuer = take(left, (candidate) => last.checkIssued(candidate) && last.verify(candidate.publicKey));
    if (issuer === undefined) break;
    chainDer.push(issuer.der);
    last = issuer.certificate;
  }
  return { certificateDer: path.der, chainDer, othersDer: left.map(({ der }) => der) };
}

interface Loaded {
  der: Uint8Array;
  certificate: X509Certificate;
}

/** Removes the first that fits. */
function take(from: Loaded[], fits: (certificate: X509Certificate) => boolean): Loaded | undefined {
  const index = from.findIndex(({ certificate }) => fits(certificate));
  return index === -1 ? undefined : from.splice(index, 1)[0];
}

function load(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw malformed('the bundle holds something that is not an X.509 certificate');
  }
}
