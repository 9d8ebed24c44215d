import { X509Certificate } from 'node:crypto';
import { setImmediate as othersTurn } from 'node:timers/promises';

export interface CertificatePath {
  certificateDer: Buffer;
  /** Issuer first, as far as the file goes. */
  chainDer: Buffer[];
}

/** The inventory takes as many. */
const maxChain = 20;

/** Signatures that are verified for one certificate: issuers of one name differ in their key identifiers, which are compared first. */
const maxTries = 4;

/** Signatures that are verified for one file; those of large keys take 10 ms each. */
const maxVerified = 1_200;

/** Verified in a row: a hostile file holds up nobody else for longer than that. */
const atOnce = 10;

interface Loaded {
  der: Buffer;
  /** Null for what is none: the inventory says why. */
  certificate: X509Certificate | null;
}

/**
 * Certificates of a file as paths: each that issued no other one there, with those above it. One that is there twice comes once. Beyond
 * what is verified for a file, certificates come without those above them.
 */
export async function pathsIn(certificatesDer: readonly Buffer[]): Promise<CertificatePath[]> {
  const all = [...new Map(certificatesDer.map((der) => [der.toString('latin1'), der])).values()].map(load);
  const bySubject = new Map<string, Loaded[]>();
  for (const loaded of all) {
    const { subject = '' } = loaded.certificate ?? {};
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), loaded]);
  }
  const issuers = await issuersOf(all, bySubject);
  const above = new Set(issuers.values());
  const leaves = all.filter((each) => !above.has(each));
  // A ring has no leaf.
  return (leaves.length > 0 ? leaves : all).map((leaf) => ({ certificateDer: leaf.der, chainDer: chainOf(leaf, issuers) }));
}

async function issuersOf(all: readonly Loaded[], bySubject: ReadonlyMap<string, readonly Loaded[]>): Promise<Map<Loaded, Loaded>> {
  const issuers = new Map<Loaded, Loaded>();
  let verified = 0;
  for (const below of all) {
    const { certificate } = below;
    if (certificate === null || certificate.subject === certificate.issuer) continue;
    let tries = 0;
    for (const above of bySubject.get(certificate.issuer) ?? []) {
      if (above === below || !isNamedBy(above, below)) continue;
      if (tries >= maxTries || verified >= maxVerified) break;
      tries += 1;
      verified += 1;
      if (verified % atOnce === 0) await othersTurn();
      if (!isSignedBy(above, below)) continue;
      issuers.set(below, above);
      break;
    }
  }
  return issuers;
}

function chainOf(leaf: Loaded, issuers: ReadonlyMap<Loaded, Loaded>): Buffer[] {
  const seen = new Set([leaf]);
  const chain: Buffer[] = [];
  for (let next = issuers.get(leaf); next !== undefined && !seen.has(next) && chain.length < maxChain; next = issuers.get(next)) {
    seen.add(next);
    chain.push(next.der);
  }
  return chain;
}

/** By names, key identifiers and usage. */
const isNamedBy = ({ certificate: above }: Loaded, { certificate: below }: Loaded): boolean => above !== null && below?.checkIssued(above) === true;

function isSignedBy({ certificate: above }: Loaded, { certificate: below }: Loaded): boolean {
  try {
    return above !== null && below?.verify(above.publicKey) === true;
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
