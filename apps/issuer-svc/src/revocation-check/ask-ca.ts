import { Inject, Injectable } from '@nestjs/common';
import type { RevocationCheckRecord } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { measure } from '@sifaka/observability';
import { verifySignedBy, type CertificateFacts } from '@sifaka/pki';
import type { CheckTerms, RevocationVerdict } from '@sifaka/revocation-check';
import { CLOCK } from '@sifaka/runtime';
import { LRUCache } from 'lru-cache';
import { KnownIssuers } from './known-issuers.js';
import { OutsideChecker } from './outside-checker.js';
import { readableCertificate } from './readable-certificate.js';
import { RevocationCheckRepository, type CheckedCertificate } from './revocation-check.repository.js';
import { recordOf } from './revocation-check.view.js';

/** Asks the CA of a certificate of the inventory. */
@Injectable()
export class AskCa {
  /** A chain belongs to all certificates of its authority, and never changes. */
  private readonly chains = new LRUCache<number, CertificateFacts[]>({ max: 500 });

  constructor(
    private readonly checks: RevocationCheckRepository,
    private readonly issuers: KnownIssuers,
    private readonly outside: OutsideChecker,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async ask({ id, der, chainId }: CheckedCertificate, terms: CheckTerms): Promise<RevocationCheckRecord> {
    const certificate = der === null ? null : readableCertificate(der);
    const verdict = certificate === null ? unreadable : await this.outside.check(certificate, await this.issuersOf(certificate, chainId), terms);
    for (const { method, outcome, detail, url } of verdict.steps) {
      if (method === 'ocsp') measure.count('check_revocation_ocsp_verify', { status: detail.includes('(unauthorized)') ? 'unauthorized' : outcome, url });
    }
    return recordOf(id, verdict, this.clock.now());
  }

  /** Its own chain, else what the inventory knows: an address that the certificate names comes last. */
  private async issuersOf(certificate: CertificateFacts, chainId: number | null): Promise<readonly CertificateFacts[]> {
    const chain = await this.chainOf(chainId);
    if (chain.some((candidate) => verifySignedBy(certificate, candidate) === 'valid')) return chain;
    const known = await this.issuers.of(certificate);
    return known === null ? chain : [known];
  }

  private async chainOf(id: number | null): Promise<CertificateFacts[]> {
    if (id === null) return [];
    const known = this.chains.get(id);
    if (known !== undefined) return known;
    const chain = (await this.checks.chain(id)).map(readableCertificate).filter((certificate) => certificate !== null);
    this.chains.set(id, chain);
    return chain;
  }
}

const unreadable: RevocationVerdict = { status: 'unknown', saidBy: null, revokedAt: null, reason: null, steps: [] };
