import { X509Certificate } from 'node:crypto';

export interface CertificatePath {
  certificateDer: Buffer;
  /** Issuer first, as far as the file goes. */
  chainDer: Buffer[];
}

/** The inventory takes as many. */
const maxChain = 20;

interface Loaded {
  der: Buffer;
  /** Null for what is none: the inventory says why. */
  certificate: X509Certificate | null;
}

/** Certificates of a file as paths: each that issued no other one there, with those above it. One that is there twice comes once. */
export function pathsIn(certificatesDer: readonly Buffer[]): CertificatePath[] {
  const all = [...new Map(certificatesDer.map((der) => [der.toString('latin1'), der])).values()].map(load);
  const bySubject = new Map<string, Loaded[]>();
  for (const loaded of all) {
    const { subject = '' } = loaded.certificate ?? {};
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), loaded]);
  }
  const issuerOf = (below: Loaded): Loaded | undefined =>
    below.certificate === null || below.certificate.subject === below.certificate.issuer ? undefined : bySubject.get(below.certificate.issuer)?.find((above) => above !== below && isIssuer(above, below));
  const issuers = new Map(all.map((each) => [each, issuerOf(each)]));
  const above = new Set(issuers.values());
  const leaves = all.filter((each) => !above.has(each));
  // A ring has no leaf.
  return (leaves.length > 0 ? leaves : all).map((leaf) => ({ certificateDer: leaf.der, chainDer: chainOf(leaf, issuers) }));
}

function chainOf(leaf: Loaded, issuers: ReadonlyMap<Loaded, Loaded | undefined>): Buffer[] {
  const seen = new Set([leaf]);
  const chain: Buffer[] = [];
  for (let next = issuers.get(leaf); next !== undefined && !seen.has(next) && chain.length < maxChain; next = issuers.get(next)) {
    seen.add(next);
    chain.push(next.der);
  }
  return chain;
}

function isIssuer({ certificate: above }: Loaded, { certificate: below }: Loaded): boolean {
  if (above === null || below === null) return false;
  try {
    return below.checkIssued(above) && below.verify(above.publicKey);
  } catch {
    return false;
  }
}

function load(der: Buffer): Loaded {
  try {
    return { der, certificate: new X509Certificate(der) };
  } catch {
    return { der, certificate: null };
  }
}
