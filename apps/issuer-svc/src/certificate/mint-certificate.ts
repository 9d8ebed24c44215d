import { Inject, Injectable } from '@nestjs/common';
import { AppError, newId, type Clock } from '@sifaka/kernel';
import { encodeCsrExtensions, encodeName } from '@sifaka/pki';
import type { Issuer, IssueOutcome, IssuerCertificateRequest, Requester, SshTerms } from '@sifaka/plugin-sdk';
import { CLOCK } from '@sifaka/runtime';
import { issuerAuthority, type AuthorityState } from '../authority/authority-directory.js';
import type { JudgedDraft } from '../issuance/judge-issuance.js';
import { KeyVault, type MadeKey } from '../keys/key-vault.js';
import { signingFor } from '../keys/signing-subject.js';
import { IssuerPlugins } from '../plugins/issuer-plugins.js';
import { readIssued, type FiledFacts } from './format.js';
import { customName } from './new-certificate.js';

export type IssuedOutcome = Extract<IssueOutcome, { status: 'issued' }>;

/** Key and request are there; the authority is to be asked. */
export interface Prepared {
  issuer: Issuer;
  key: MadeKey | null;
  csrDer: Buffer;
  request: IssuerCertificateRequest;
  startedAt: Date;
}

/** Key and signature: what of an issuance happens in the key vault and at the CA. */
@Injectable()
export class MintCertificate {
  constructor(
    private readonly issuers: IssuerPlugins,
    private readonly keys: KeyVault,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Makes the key and the certificate request.
   *
   * @param caller who asks; `signal` is of the caller, who may have stopped waiting while a key was made
   * @throws AppError `unavailable` when nobody waits for the signature any more
   */
  async prepare(draft: JudgedDraft, authority: AuthorityState, { requester, signal }: { requester: Requester | null; signal: AbortSignal }): Promise<Prepared> {
    const subjectDer = encodeName(draft.subject);
    const issuer = await this.issuers.of(authority);
    const startedAt = this.clock.now();
    const key = draft.csr === null ? await this.newKey(draft, subjectDer) : null;
    const csrDer = key?.csrDer ?? draft.csr?.der ?? Buffer.alloc(0);
    if (signal.aborted) throw new AppError('unavailable', 'issuing took too long and was given up; try again', { reason: 'certificate.too_late' });
    const request = {
      authority: issuerAuthority(authority),
      csrDer,
      subjectPublicKeyDer: key?.publicKeyDer ?? draft.csr?.spki ?? Buffer.alloc(0),
      subjectDer,
      extensions: draft.extensions,
      notBefore: draft.notBefore,
      notAfter: draft.notAfter,
      hash: draft.hash,
      requester,
      requestId: newId(),
      ...sshOf(draft),
    };
    return { issuer, key, csrDer, request, startedAt };
  }

  /** Asks the authority. */
  ask({ issuer, key, request }: Prepared): Promise<IssueOutcome> {
    return signingFor(key?.keyId ?? null, () => issuer.createCertificate(request));
  }

  private newKey({ keyType, extensions }: JudgedDraft, subjectDer: Uint8Array): Promise<MadeKey> {
    const { subjectKeyId: _subject, authorityKeyId: _authority, wantsAuthorityInfoAccess: _access, ...requested } = extensions;
    return this.keys.generate({ keyType, purpose: 'certificate', csr: { subjectDer, extensionsDer: encodeCsrExtensions(requested) } });
  }
}

/** @throws Error for a draft that the policy did not judge */
function sshOf({ ssh, owner, name }: JudgedDraft): { ssh?: SshTerms } {
  if (ssh === null) return {};
  const { kind, ...terms } = ssh;
  if (kind === null) throw new Error('an SSH certificate is asked for neither a host nor a user');
  return { ssh: { ...terms, kind, owner, name: customName(name) || null } };
}

/**
 * The certificate that an authority answered with.
 *
 * @throws AppError `upstream_failed` for the certificate of another key
 */
export function factsOf({ certificateDer }: IssuedOutcome, { request }: Pick<Prepared, 'request'>): FiledFacts {
  const facts = readIssued(request.ssh === undefined ? 'x509' : 'openssh', certificateDer, request.authority.name);
  // CE-8: whatever the other side is, what is stored as the certificate of a key belongs to that key.
  if (facts.spki.equals(request.subjectPublicKeyDer)) return facts;
  throw new AppError('upstream_failed', `authority "${request.authority.name}" answered with a certificate for another key`, { reason: 'issuer.foreign_key' });
}

export function rejected(authorityName: string, reason: string): AppError {
  return new AppError('failed_precondition', `authority "${authorityName}" refused the request: ${reason}`, { reason: 'issuer.rejected' });
}
