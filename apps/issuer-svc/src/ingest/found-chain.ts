import { parseCertificate, type CertificateFacts } from '@sifaka/pki';
import { LRUCache } from 'lru-cache';

interface Link {
  der: Buffer;
  fingerprint: string;
  subject: Buffer;
  issuer: Buffer;
}

/**
 * Chains as places have them: in order, in any order, with the certificate itself among them, with leftovers. Kept is what
 * leads upwards by names; signatures are looked at where a chain is relied upon.
 */
export class FoundChains {
  /** Few authorities stand above many certificates: each is read once. By its base64, which costs less than its hash. */
  private readonly known = new LRUCache<string, Link | 'unreadable'>({ max: cachedLinks, maxSize: cachedChars, sizeCalculation: (_link, text) => text.length });

  /** Issuer first. What cannot be read is left out. */
  of({ issuerDer, subjectDer, fingerprintSha256 }: Pick<CertificateFacts, 'issuerDer' | 'subjectDer' | 'fingerprintSha256'>, given: readonly string[]): readonly Buffer[] {
    const links = new Set<Link>();
    for (const text of given) {
      const link = this.read(text);
      if (link !== 'unreadable' && link.fingerprint !== fingerprintSha256) links.add(link);
    }
    const chain: Buffer[] = [];
    for (let below = { issuer: issuerDer, subject: subjectDer }; !below.issuer.equals(below.subject); ) {
      const above = [...links].find(({ subject }) => subject.equals(below.issuer));
      if (above === undefined) break;
      links.delete(above);
      chain.push(above.der);
      below = above;
    }
    return chain;
  }

  private read(text: string): Link | 'unreadable' {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const link = linkOf(Buffer.from(text, 'base64'));
    this.known.set(text, link);
    return link;
  }
}

function linkOf(der: Buffer): Link | 'unreadable' {
  if (der.length > maxLinkBytes) return 'unreadable';
  try {
    const { subjectDer, issuerDer, fingerprintSha256 } = parseCertificate(der);
    return { der, fingerprint: fingerprintSha256, subject: subjectDer, issuer: issuerDer };
  } catch {
    return 'unreadable';
  }
}

const cachedLinks = 1_000;
const cachedChars = 8_000_000;
/** As much as a certificate may have. */
const maxLinkBytes = 65_536;
