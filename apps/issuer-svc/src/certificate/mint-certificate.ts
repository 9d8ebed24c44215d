import { Inject, Injectable } from '@nestjs/common';
import { AppError, newId, type Clock } from '@sifaka/kernel';
import { encodeCsrExtensions, encodeName, parseCertificate, type CertificateFacts } from '@sifaka/pki';
import type { IssueOutcome, Requester } from '@sifaka/plugin-sdk';
import { CLOCK } from '@sifaka/runtime';
import { issuerAuthority, type AuthorityState } from '../authority/authority-directory.js';
import type { JudgedDraft } from '../issuance/judge-issuance.js';
import { KeyVault, type MadeKey } from '../keys/key-vault.js';
import { signingFor } from '../keys/signing-subject.js';
import { IssuerPlugins } from '../plugins/issuer-plugins.js';

type Issued = Extract<IssueOutcome, { status: 'issued' }>;

/** Key and signature: what of an issuance happens in the key vault and at the CA. */
@Injectable()
export class MintCertificate {
  constructor(
    private readonly issuers: IssuerPlugins,
    private readonly keys: KeyVault,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param caller who asks; `signal` is of the caller, who may have stopped waiting while a key was made
   * @throws AppError `unavailable` when nobody waits for the signature any more
   */
  async run(draft: JudgedDraft, authority: AuthorityState, { requester, signal }: { requester: Requester | null; signal: AbortSignal }): Promise<Minted> {
    const subjectDer = encodeName(draft.subject);
    const issuer = await this.issuers.of(authority);
    const startedAt = this.clock.now();
    const key = draft.csr === null ? await this.newKey(draft, subjectDer) : null;
    const subjectPublicKeyDer = key?.publicKeyDer ?? draft.csr?.spki ?? Buffer.alloc(0);
    const csrDer = key?.csrDer ?? draft.csr?.der ?? Buffer.alloc(0);
    if (signal.aborted) throw new AppError('unavailable', 'issuing took too long and was given up; try again', { reason: 'certificate.too_late' });
    const request = {
      authority: issuerAuthority(authority),
      csrDer,
      subjectPublicKeyDer,
      subjectDer,
      extensions: draft.extensions,
      notBefore: draft.notBefore,
      notAfter: draft.notAfter,
      hash: draft.hash,
      requester,
      requestId: newId(),
    };
    const outcome = await signingFor(key?.keyId ?? null, () => issuer.createCertificate(request));
    const issued = issuedOnly(outcome, authority);
    const facts = parseCertificate(issued.certificateDer);
    // CE-8: whatever the other side is, what is stored as the certificate of a key belongs to that key.
    if (!facts.spki.equals(subjectPublicKeyDer)) {
      throw new AppError('upstream_failed', `authority "${authority.name}" answered with a certificate for another key`, { reason: 'issuer.foreign_key' });
    }
    return { key, csrDer, outcome: issued, facts, startedAt };
  }

  private newKey({ keyType, extensions }: JudgedDraft, subjectDer: Uint8Array): Promise<MadeKey> {
    const { subjectKeyId: _subject, authorityKeyId: _authority, wantsAuthorityInfoAccess: _access, ...requested } = extensions;
    return this.keys.generate({ keyType, purpose: 'certificate', csr: { subjectDer, extensionsDer: encodeCsrExtensions(requested) } });
  }
}

export interface Minted {
  key: MadeKey | null;
  csrDer: Buffer;
  outcome: Issued;
  facts: CertificateFacts;
  startedAt: Date;
}

function issuedOnly(outcome: IssueOutcome, { name }: AuthorityState): Issued {
  if (outcome.status === 'issued') return outcome;
  if (outcome.status === 'rejected') throw new AppError('failed_precondition', `authority "${name}" refused the request: ${outcome.reason}`, { reason: 'issuer.rejected' });
  throw new AppError('upstream_failed', `authority "${name}" answers later, and certificates that come later are not taken yet`, { reason: 'issuer.pending' });
}
