import { Injectable } from '@nestjs/common';
import { issuerSlug, nameOids, nameText, valueOf, type CertificateFacts } from '@sifaka/pki';
import { issuerFault } from '@sifaka/revocation-check';
import { LRUCache } from 'lru-cache';
import { readableCertificate } from './readable-certificate.js';
import { RevocationCheckRepository } from './revocation-check.repository.js';

/** Issuers that the inventory knows, of certificates that came without a chain: certificates and authorities of their name, chains of their siblings. */
@Injectable()
export class KnownIssuers {
  /** By the name of the issuer: a run over thousands of its certificates looks once a minute. */
  private readonly known = new LRUCache<string, readonly CertificateFacts[]>({ max: 500, ttl: keptMs });

  constructor(private readonly checks: RevocationCheckRepository) {}

  /** Proven by its key; null when there is none. */
  async of(certificate: CertificateFacts): Promise<CertificateFacts | null> {
    if (certificate.isSelfSigned) return null;
    const { authorityKeyId } = certificate;
    const named = (candidate: CertificateFacts): boolean => authorityKeyId !== null && candidate.subjectKeyId?.equals(authorityKeyId) === true;
    // Those of the key that it names first: checking a signature is what costs.
    const candidates = [...(await this.candidates(certificate))].sort((a, b) => Number(named(b)) - Number(named(a)));
    return candidates.find((candidate) => issuerFault(certificate, candidate) === null) ?? null;
  }

  private async candidates(certificate: CertificateFacts): Promise<readonly CertificateFacts[]> {
    const key = certificate.issuerDer.toString('latin1');
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const name = nameText(certificate.issuer);
    const found = isStorable(name) ? await this.checks.issuers({ name, commonName: valueOf(certificate.issuer, nameOids.commonName)?.trim() ?? null, slug: issuerSlug(certificate) }) : [];
    const candidates = found.map(readableCertificate).filter((candidate) => candidate !== null).filter(({ isCa }) => isCa);
    this.known.set(key, candidates);
    return candidates;
  }
}

const keptMs = 60_000;

/** What a database does not take as text, and what is too long to be a name of one. */
const isStorable = (text: string): boolean => !text.includes('\0') && text.length <= 4_096;
