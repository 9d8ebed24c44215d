import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { Issuer, IssueOutcome, PendingOrderReference } from '@sifaka/plugin-sdk';
import { AuthorityDirectory, issuerAuthority, type AuthorityState } from '../authority/authority-directory.js';
import { signingFor } from '../keys/signing-subject.js';
import { IssuerPlugins } from '../plugins/issuer-plugins.js';
import type { StoredPending } from './pending-certificate.js';

/** The issuer that a pending certificate waits for, with the options that its authority has now. */
@Injectable()
export class PendingIssuer {
  constructor(
    private readonly authorities: AuthorityDirectory,
    private readonly issuers: IssuerPlugins,
  ) {}

  authority({ authorityId }: Pick<StoredPending, 'authorityId'>): Promise<AuthorityState> {
    return this.authorities.read(authorityId);
  }

  /** @throws AppError `failed_precondition` for an issuer that cannot be asked */
  async poll(row: StoredPending): Promise<IssueOutcome> {
    const { issuer, reference } = await this.of(row);
    const answer = signingFor(row.keyId, () => issuer.poll?.(reference));
    if (answer !== undefined) return answer;
    throw new AppError('failed_precondition', `the issuer of authority "${reference.authority.name}" cannot be asked for certificates`, { reason: 'issuer.cannot_poll' });
  }

  /** Gives it up at the issuer. False where that cannot be done. */
  async cancel(row: StoredPending): Promise<boolean> {
    const { issuer, reference } = await this.of(row);
    if (issuer.cancel === undefined) return false;
    await issuer.cancel(reference);
    return true;
  }

  private async of(row: StoredPending): Promise<{ issuer: Issuer; reference: PendingOrderReference }> {
    const authority = await this.authority(row);
    const issuer = await this.issuers.of(authority);
    return { issuer, reference: { authority: issuerAuthority(authority), externalId: row.externalId, csrDer: row.csr } };
  }
}
