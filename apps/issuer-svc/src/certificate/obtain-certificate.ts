import { Injectable } from '@nestjs/common';
import type { IssueAnswer } from '@sifaka/contracts';
import { AskOutside } from '../pending/ask-outside.js';
import type { Requested } from '../pending/pending-certificate.js';
import { Filing } from './filing.js';
import type { FiledFacts } from './format.js';
import { factsOf, MintCertificate, rejected, type Prepared } from './mint-certificate.js';

/** Asks the authority for what was decided, and files what comes of it. */
@Injectable()
export class ObtainCertificate {
  constructor(
    private readonly mint: MintCertificate,
    private readonly filing: Filing,
    private readonly outside: AskOutside,
  ) {}

  /** @param check throws for a certificate that is not to be filed */
  run(requested: Requested, prepared: Prepared, signal: AbortSignal, check: (facts: FiledFacts) => void = () => undefined): Promise<IssueAnswer> {
    // Signatures of our own key vault stand in its journal; for any other authority a row of ours is the record.
    return requested.authority.keyId === null ? this.outside.run(requested, prepared, signal) : this.issueHere(requested, prepared, signal, check);
  }

  private async issueHere(requested: Requested, prepared: Prepared, signal: AbortSignal, check: (facts: FiledFacts) => void): Promise<IssueAnswer> {
    const { authority } = requested;
    const outcome = await this.mint.ask(prepared);
    if (outcome.status === 'rejected') throw rejected(authority.name, outcome.reason);
    if (outcome.status === 'pending') return this.outside.later(requested, outcome, signal);
    const { externalId, chainDer } = outcome;
    const facts = factsOf(outcome, prepared);
    check(facts);
    const certificate = { ...requested, facts, externalId, authorityId: authority.id, rootAuthorityId: null };
    return { certificate: await this.filing.add('issued', certificate, chainDer, authority) };
  }
}
