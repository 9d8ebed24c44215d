import { outsideAuthority, type AuthorityOutcome, type Issuer, type IssuerAuthorityRequest, type IssuerContext, type IssueOutcome } from '@sifaka/plugin-sdk';
import type { CsrOptions } from './options.js';

const dayMs = 86_400_000;

/** A CA that people talk to: the platform waits for what they bring. */
export class CsrIssuer implements Issuer {
  constructor(
    private readonly options: CsrOptions,
    private readonly context: IssuerContext,
  ) {}

  async createCertificate(): Promise<IssueOutcome> {
    const until = new Date(this.context.clock.now().getTime() + this.options.wait_days * dayMs);
    return { status: 'pending', settledBy: 'upload', externalId: null, until };
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    return outsideAuthority(request, this.options.certificate, 'certificate');
  }
}
