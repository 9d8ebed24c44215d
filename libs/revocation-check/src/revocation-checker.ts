import { setMaxListeners } from 'node:events';
import type { Clock } from '@sifaka/kernel';
import { verifySignedBy, type CertificateFacts, type CrlReasonName } from '@sifaka/pki';
import { lostStep, refusedFor, failedFor, type Obstacle, type RevocationStep } from './answer.js';
import type { HttpTerms } from './ask-http.js';
import { defaultLimits, type CheckLimits } from './check-limits.js';
import { CrlCheck, type PointAnswer } from './crl-check.js';
import { CrlStore } from './crl-store.js';
import { noManners, type Manners } from './host-manners.js';
import { IssuerStore, type FoundIssuer } from './issuer-store.js';
import { OcspClient, type OcspAnswer, type OcspSubject } from './ocsp-client.js';
import { within } from './within.js';

export interface RevocationCheckerOptions {
  /** Guarded against private addresses, and able to answer with the longest list. */
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** Says in words why a host must not be asked; `null` for one that may be. Asked for every redirect too. */
  readonly hostFault?: (method: AskedFor, url: URL) => string | null;
  /** See `OcspClientOptions`. */
  readonly nonce?: () => Uint8Array;
  readonly limits?: Partial<CheckLimits>;
}

/** Which addresses of a certificate: `ca-issuers` leads to the certificate of its issuer. */
export type AskedFor = 'ocsp' | 'crl' | 'ca-issuers';

export interface CheckTerms {
  /** When it is aborted, what was not asked yet is not asked any more. */
  readonly signal?: AbortSignal;
  readonly manners?: Manners;
}

/** What the CA says of a certificate, as far as that can be known for certain. */
export interface RevocationVerdict {
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly saidBy: 'ocsp' | 'crl' | null;
  readonly revokedAt: Date | null;
  readonly reason: CrlReasonName | null;
  /** In the order in which they were asked. */
  readonly steps: readonly RevocationStep[];
}

/** Asks OCSP responders, then lists of revoked certificates, and believes what is proven: RFC 6960, RFC 5280 §6.3. */
export class RevocationChecker {
  private readonly limits: CheckLimits;
  private readonly ocsp: OcspClient;
  private readonly crls: CrlCheck;
  private readonly issuers: IssuerStore;

  constructor(private readonly options: RevocationCheckerOptions) {
    this.limits = { ...defaultLimits, ...options.limits };
    this.ocsp = new OcspClient(options);
    this.crls = new CrlCheck(new CrlStore(options.clock, this.limits), this.limits.addresses);
    this.issuers = new IssuerStore(options.clock, this.limits);
  }

  /**
   * The first responder that says `good` or `revoked` decides. Where none does, every distribution point is looked at: one that lists the
   * certificate decides, and none may be needed to say otherwise. `unknown` when nobody said anything that holds.
   *
   * @param chain certificates among which its issuer is looked for: everything that is said is verified with its key. Where it is not among
   * them it is fetched from where the certificate says that it is (RFC 5280 §4.2.2.1)
   */
  async check(certificate: CertificateFacts, chain: readonly CertificateFacts[], terms: CheckTerms = {}): Promise<RevocationVerdict> {
    const { ocsp, crl } = addressesOf(certificate, this.limits.addresses);
    if (ocsp.length + crl.length === 0) return undecided([]);
    const found = await this.issuerOf(certificate, chain, terms);
    if (found.kind !== 'issuer') {
      const unknown = refusedFor(`not asked: the certificate of the issuer is not known, so that nothing could be verified: ${found.detail}`);
      return undecided([...ocsp.map((url) => lostStep('ocsp', url, unknown)), ...crl.map((url) => lostStep('crl', url, unknown))]);
    }
    const issuer = found.certificate;
    const subject = { certificate, issuer };
    const steps: RevocationStep[] = [];
    for (const url of ocsp) {
      const said = await this.byOcsp(url, subject, terms);
      steps.push(said.step);
      if (said.verdict !== null) return { ...said.verdict, saidBy: 'ocsp', steps };
    }
    return this.byCrls(crl, subject, terms, steps);
  }

  private async issuerOf(certificate: CertificateFacts, chain: readonly CertificateFacts[], terms: CheckTerms): Promise<FoundIssuer | Obstacle> {
    const known = [...chain, certificate].find((candidate) => verifySignedBy(certificate, candidate) === 'valid');
    if (known !== undefined) return { kind: 'issuer', certificate: known };
    return this.issuers.find(certificate, this.httpTerms('ca-issuers', terms, terms.signal ?? never));
  }

  private async byCrls(urls: readonly string[], subject: OcspSubject, terms: CheckTerms, steps: RevocationStep[]): Promise<RevocationVerdict> {
    let isGood = false;
    for (const url of urls) {
      const answer = await this.byCrl(url, subject, terms);
      steps.push(...answer.steps);
      if (answer.revoked) return { status: 'revoked', saidBy: 'crl', revokedAt: answer.revoked.revokedAt, reason: answer.revoked.reason, steps };
      isGood ||= answer.isGood;
    }
    return isGood ? { status: 'good', saidBy: 'crl', revokedAt: null, reason: null, steps } : undecided(steps);
  }

  private async byCrl(url: string, subject: OcspSubject, terms: CheckTerms): Promise<PointAnswer> {
    if (terms.signal?.aborted === true) return { steps: [lostStep('crl', url, outOfTime)], revoked: null, isGood: false };
    // A list has its own time, which others may need who wait for it too.
    return this.crls.point(url, subject, this.httpTerms('crl', terms, terms.signal ?? never));
  }

  private async byOcsp(url: string, subject: OcspSubject, terms: CheckTerms): Promise<{ step: RevocationStep; verdict: Pick<RevocationVerdict, 'status' | 'revokedAt' | 'reason'> | null }> {
    if (terms.signal?.aborted === true) return { step: lostStep('ocsp', url, outOfTime), verdict: null };
    const answer = await within(this.limits.ocspTimeoutMs, terms.signal, (signal) => this.ocsp.ask(url, subject, this.httpTerms('ocsp', terms, signal)));
    if (answer.kind !== 'verdict') return { step: lostStep('ocsp', url, answer), verdict: null };
    const { verdict } = answer;
    const { status, thisUpdate, nextUpdate } = verdict;
    const fault = await this.delegateFault(verdict, subject, terms);
    if (fault !== null) return { step: { method: 'ocsp', url, outcome: 'refused', detail: fault, thisUpdate, nextUpdate }, verdict: null };
    const step: RevocationStep = { method: 'ocsp', url, outcome: status, detail: wordsFor(verdict), thisUpdate, nextUpdate };
    if (verdict.status === 'unknown') return { step, verdict: null };
    const isRevoked = verdict.status === 'revoked';
    return { step, verdict: { status: verdict.status, revokedAt: isRevoked ? verdict.revokedAt : null, reason: isRevoked ? (verdict.reason ?? null) : null } };
  }

  /**
   * A delegate without id-pkix-ocsp-nocheck may itself be revoked (RFC 6960 §4.2.2.2.1): one of the lists that it names must say that it is
   * not. One that names none cannot be looked up by anybody, and is taken for what its CA certified.
   */
  private async delegateFault({ signer }: Verdict, { issuer }: OcspSubject, terms: CheckTerms): Promise<string | null> {
    if (signer.by === 'issuer' || signer.hasNoCheck) return null;
    const urls = addressesOf(signer.certificate, this.limits.addresses).crl;
    let isCleared = urls.length === 0;
    for (const url of urls) {
      const { revoked, isGood } = await this.byCrl(url, { certificate: signer.certificate, issuer }, terms);
      if (revoked) return "the responder's certificate is itself revoked";
      isCleared ||= isGood;
    }
    return isCleared ? null : "whether the responder's own certificate is revoked could not be learnt from its lists";
  }

  private httpTerms(method: AskedFor, { manners = noManners }: CheckTerms, signal: AbortSignal): HttpTerms {
    const { fetch, hostFault } = this.options;
    const { ocspBytes, redirects } = this.limits;
    return {
      fetch,
      manners,
      hostFault: (url) => hostFault?.(method, url) ?? null,
      maxBytes: ocspBytes,
      maxRedirects: redirects,
      signal,
    };
  }
}

type Verdict = Extract<OcspAnswer, { kind: 'verdict' }>['verdict'];

const never = new AbortController().signal;
// It listens to nobody, whoever waits.
setMaxListeners(0, never);

const outOfTime = failedFor('not asked: there was no time left');

const undecided = (steps: readonly RevocationStep[]): RevocationVerdict => ({ status: 'unknown', saidBy: null, revokedAt: null, reason: null, steps });

/** Where a certificate says that it may be asked about, each once. */
function addressesOf({ extensions }: CertificateFacts, most: number): { ocsp: string[]; crl: string[] } {
  const first = (urls: readonly string[] = []): string[] => [...new Set(urls)].slice(0, most);
  return { ocsp: first(extensions.authorityInfoAccess?.ocsp), crl: first(extensions.crlDistributionPoints) };
}

function wordsFor(verdict: Verdict): string {
  const signer = verdict.signer.by === 'issuer' ? 'signed by the issuer' : `signed by a responder of the issuer${verdict.signer.hasNoCheck ? '' : ', without id-pkix-ocsp-nocheck'}`;
  const reason = verdict.status === 'revoked' && verdict.reason ? ` (${verdict.reason})` : '';
  return `${verdict.status}${reason}, ${signer}`;
}
