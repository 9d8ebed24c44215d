import { isViceSuccess as isSuccess, VerisignApi, viceFault as faultOf, viceStatusCodes as statusCodes, viceWords as wordsOf, type ViceAnswer } from '@sifaka/ca-clients';
import { AppError } from '@sifaka/kernel';
import { csrPem, describeKey, parseCsr } from '@sifaka/pki';
import {
  issuedWith,
  outsideAuthority,
  refuseParent,
  type AuthorityOutcome,
  type Issuer,
  type IssuerAuthority,
  type IssuerAuthorityRequest,
  type IssuerCertificateRequest,
  type IssuerContext,
  type IssueOutcome,
  type PendingOrderReference,
} from '@sifaka/plugin-sdk';
import type { VerisignOptions } from './options.js';
import { orderedValidity } from './validity.js';

const dayMs = 86_400_000;

/** In hexadecimal twice as many characters; the challenge phrase has at most 32. */
const challengeBytes = 12;

const unknownTransaction = '0x3301';

/** Orders at Symantec Managed PKI for SSL: issued at once, or after somebody there approved them. */
export class VerisignIssuer implements Issuer {
  private readonly api: VerisignApi;

  constructor(
    private readonly options: VerisignOptions,
    private readonly context: IssuerContext,
  ) {
    this.api = new VerisignApi(options, context);
  }

  async createCertificate(request: IssuerCertificateRequest): Promise<IssueOutcome> {
    const form = this.orderOf(request);
    const answer = await this.api.enroll(form, Buffer.from(this.context.random(challengeBytes)).toString('hex'));
    return this.outcomeOf(answer, request.csrDer, request.authority, answer.transactionId);
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    refuseParent(request.parent);
    const { certificate, intermediate = '' } = this.options;
    // Each is read by itself as well, so that a fault names its option.
    const root = outsideAuthority(request, certificate, 'certificate');
    if (intermediate.trim() === '') return root;
    outsideAuthority(request, intermediate, 'intermediate');
    return outsideAuthority(request, [certificate, intermediate].join('\n'), 'certificate');
  }

  async poll({ authority, externalId, csrDer }: PendingOrderReference): Promise<IssueOutcome> {
    const id = transactionOf(externalId);
    const answer = await this.api.pickup(id);
    if (answer.code === unknownTransaction) return { status: 'rejected', reason: `${wordsOf(answer)}; the order ${id} was rejected or removed there` };
    // What else Verisign may say of an order that waits is not documented: the order is asked for again until its time is over.
    if (!isSuccess(answer) && !isWaiting(answer)) throw new AppError('upstream_failed', wordsOf(answer), { reason: 'verisign.status' });
    return this.outcomeOf(answer, csrDer, authority, id);
  }

  async cancel({ externalId }: PendingOrderReference): Promise<void> {
    const id = transactionOf(externalId);
    const answer = await this.api.reject(id);
    if (isSuccess(answer)) return;
    if (answer.code !== unknownTransaction) throw faultOf(answer);
    this.context.logger.warn('an order that was to be rejected is not known to Verisign', { transactionId: id });
  }

  /** Address and client certificate are right, and there are units of the product. */
  async check(): Promise<void> {
    const { product } = this.options;
    const units = await this.api.units();
    const own = units.filter(({ type }) => type === product);
    const types = [...new Set(units.map(({ type }) => type))];
    if (own.length === 0 && types.length > 0) throw new AppError('failed_precondition', `product: this account has no units of "${product}"; it has ${types.join(', ')}`, { reason: 'verisign.no_product' });
    // Not refused: such orders wait until units are bought.
    if (own.length > 0 && own.every(({ remaining }) => remaining === 0)) this.context.logger.warn('the account has no units left; orders wait until there are some', { product });
  }

  private orderOf({ csrDer, notAfter }: IssuerCertificateRequest): Record<string, string> {
    const { first_name: firstName, last_name: lastName, email, product: certProductType, ct_log_option: ctLogOption } = this.options;
    const csr = parseCsr(csrDer);
    const names = csr.sans.flatMap((name) => (name.type === 'dns' || name.type === 'ip' ? [name.value] : []));
    return {
      certProductType,
      serverType: 'Apache',
      firstName,
      lastName,
      email,
      signatureAlgorithm: signatureAlgorithmFor(csr.spki),
      ctLogOption,
      ...orderedValidity(notAfter, this.context.clock.now()),
      ...(names.length > 0 && { subject_alt_names: names.join(',') }),
      csr: csrPem(csrDer),
    };
  }

  private outcomeOf(answer: ViceAnswer, csrDer: Uint8Array, authority: IssuerAuthority, transactionId: string | null): IssueOutcome {
    const waits = isWaiting(answer);
    if (!isSuccess(answer) && !waits) throw faultOf(answer);
    if (answer.certificate !== null) return issuedWith([answer.certificate], csrDer, authority, transactionId);
    const until = new Date(this.context.clock.now().getTime() + this.options.wait_days * dayMs);
    if (waits) this.context.logger.warn('an order waits at Verisign', { transactionId, why: wordsOf(answer) });
    if (transactionId !== null) return { status: 'pending', settledBy: 'poll', externalId: transactionId, until };
    // There is an order, but nothing to ask for it by: a person finds it in the control center.
    if (waits) return { status: 'pending', settledBy: 'upload', externalId: null, until };
    throw new AppError('upstream_failed', `${wordsOf(answer)}, with neither certificate nor transaction: look for the order in the control center`, { reason: 'verisign.no_transaction' });
  }
}

const isWaiting = ({ code, message }: ViceAnswer): boolean => statusCodes.get(code)?.kind === 'pending' || (!statusCodes.has(code) && /\bpending\b/i.test(message));

/** VICE 2.0 names signatures by the key that is certified. */
function signatureAlgorithmFor(spki: Uint8Array): string {
  const { kind, type } = describeKey(spki);
  if (kind === 'rsa') return 'sha256WithRSAEncryption';
  if (kind === 'ec') return 'ECDSAwithSHA256';
  throw new AppError('failed_precondition', `Verisign certifies RSA and EC keys; this one is ${type ?? 'of another type'}`, { reason: 'verisign.key_type' });
}

function transactionOf(externalId: string | null): string {
  if (externalId !== null && externalId !== '') return externalId;
  throw new AppError('failed_precondition', 'there is no transaction, by which Verisign knows the order', { reason: 'verisign.no_transaction' });
}
