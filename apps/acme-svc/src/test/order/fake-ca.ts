import { AppError } from '@sifaka/kernel';
import type { AcmeConnection, CertificateChains, NewOrder, RenewalWindow, Resource } from '../../protocol/acme-connection.js';
import { AcmeConnections } from '../../protocol/acme-connection.js';
import type { Authorization, Challenge, Directory, Order, Problem } from '../../protocol/resources.js';
import { fakeIssuer, publicKeyOfCsr } from './fake-issuer.js';

export type CaCall = 'newOrder' | 'order' | 'orders' | 'authorization' | 'answerChallenge' | 'deactivateAuthorization' | 'finalize' | 'certificate' | 'renewalInfo';

/**
 * An ACME CA in memory, as strict as a real one about the order of things. Says what it was asked; fails, or falls silent after it has
 * done what it was asked to, where a test wants it.
 */
export class FakeCa extends AcmeConnections implements AcmeConnection {
  readonly accountUrl = 'https://ca.test/account/1';
  readonly directoryUrl = 'https://ca.test/dir';
  readonly calls: { call: CaCall; subject: string }[] = [];
  readonly asked: NewOrder[] = [];
  readonly issuer = fakeIssuer('Fake CA R1');
  readonly alternate = fakeIssuer('Fake CA R2');
  /** Called when a call has done its work and before it answers: may throw, or never come back. */
  after: (call: CaCall, subject: string) => Promise<void> | void = () => undefined;
  /** Called before a call does anything. */
  before: (call: CaCall, subject: string, order?: NewOrder) => Promise<void> | void = () => undefined;
  /** Says whether a challenge is met: null, or the CA's problem. */
  validate: (name: string, type: string) => Problem | null = () => null;
  /** Names that were proved before. */
  readonly proved = new Set<string>();
  offers: readonly string[] = ['dns-01', 'http-01', 'tls-alpn-01'];
  listsOrders = true;
  reusesOrders = false;
  retryAfterMs: number | null = null;
  renewal: RenewalWindow | null = null;
  invalidOrder: Problem | null = null;
  wrongKey: Buffer | null = null;
  /** Looks at a pending order after which it is finished. */
  processingLooks = 1;
  /** Orders stay `processing`. */
  isStuck = false;
  /** Answers to challenges are taken, and nothing comes of them. */
  isIdle = false;

  private readonly made: StoredOrder[] = [];
  private readonly authorizations: StoredAuthorization[] = [];

  of(): Promise<AcmeConnection> {
    return Promise.resolve(this);
  }

  counts(): Partial<Record<CaCall, number>> {
    const counts: Partial<Record<CaCall, number>> = {};
    for (const { call } of this.calls) counts[call] = (counts[call] ?? 0) + 1;
    return counts;
  }

  /** All orders that were ever made. */
  get orderCount(): number {
    return this.made.length;
  }

  statusOf(name: string): string | undefined {
    return this.authorizations.findLast((one) => one.name === name)?.status;
  }

  directory(): Promise<Directory> {
    const base = { newNonce: 'https://ca.test/nonce', newAccount: 'https://ca.test/account', newOrder: 'https://ca.test/order', revokeCert: 'https://ca.test/revoke' };
    const meta = { externalAccountRequired: false, caaIdentities: [], profiles: {} };
    return Promise.resolve({ ...base, meta, ...(this.renewal !== null && { renewalInfo: 'https://ca.test/ari' }) });
  }

  newOrder(asked: NewOrder): Promise<Resource<Order>> {
    const names = asked.identifiers.map(({ value }) => value);
    return this.during('newOrder', names.join(' '), () => {
      this.asked.push(asked);
      const known = this.reusesOrders ? this.made.find((order) => order.names.join(' ') === names.join(' ') && statusOf(order) === 'pending') : undefined;
      return this.resource((known ?? this.make(asked)).url);
    }, asked);
  }

  order(url: string): Promise<Resource<Order>> {
    return this.during('order', url, () => {
      const order = this.find(url);
      if (order.status === 'processing' && !this.isStuck && --order.looksLeft <= 0) order.status = 'valid';
      return this.resource(url);
    });
  }

  orders(): Promise<readonly string[]> {
    return this.during('orders', '', () => (this.listsOrders ? this.made.map(({ url }) => url) : []));
  }

  authorization(url: string): Promise<Resource<Authorization>> {
    return this.during('authorization', url, () => {
      const one = this.findAuthorization(url);
      if (one.status === 'pending' && one.answered !== null && !this.isIdle) this.judge(one, one.answered);
      return { url, body: this.bodyOf(one), retryAfterMs: one.status === 'pending' ? this.retryAfterMs : null };
    });
  }

  answerChallenge(url: string): Promise<Resource<Challenge>> {
    return this.during('answerChallenge', url, () => {
      const [authorizationUrl = '', type = ''] = url.split('#');
      const one = this.findAuthorization(authorizationUrl);
      if (one.status !== 'pending' || (one.answered !== null && !this.isIdle)) throw new AppError('failed_precondition', 'challenge is not pending', { reason: 'acme.malformed' });
      one.answered = type;
      return { url, body: { type, url, status: 'processing' as const }, retryAfterMs: this.retryAfterMs };
    });
  }

  async deactivateAuthorization(url: string): Promise<void> {
    await this.during('deactivateAuthorization', url, () => {
      this.findAuthorization(url).status = 'deactivated';
    });
  }

  finalize(url: string, csrDer: Uint8Array): Promise<Resource<Order>> {
    return this.during('finalize', url, () => {
      const order = this.find(url.replace('/finalize', ''));
      if (statusOf(order) !== 'ready') throw new AppError('upstream_failed', `order is ${statusOf(order)}`, { reason: 'acme.orderNotReady' });
      order.csr = Buffer.from(csrDer);
      order.status = this.invalidOrder === null ? 'processing' : 'invalid';
      order.looksLeft = this.processingLooks;
      return this.resource(order.url);
    });
  }

  certificate(url: string): Promise<CertificateChains> {
    return this.during('certificate', url, () => {
      const { csr, names } = this.find(url.replace('/certificate', ''));
      const spki = this.wrongKey ?? publicKeyOfCsr(csr ?? Buffer.alloc(0));
      const leaf = this.issuer.sign({ commonName: names[0] ?? '', spki });
      return { chains: [[leaf, this.issuer.certificate.der], [leaf, this.alternate.certificate.der]] };
    });
  }

  keyAuthorization(token: string): Promise<string> {
    return Promise.resolve(`${token}.thumbprint`);
  }

  renewalInfo(certificateId: string): Promise<RenewalWindow | null> {
    return this.during('renewalInfo', certificateId, () => this.renewal);
  }

  revoke(): Promise<void> {
    return Promise.reject(new Error('orders revoke nothing'));
  }

  private async during<T>(call: CaCall, subject: string, work: () => T, order?: NewOrder): Promise<T> {
    this.calls.push({ call, subject });
    await this.before(call, subject, order);
    const result = work();
    await this.after(call, subject);
    return result;
  }

  private make({ identifiers }: NewOrder): StoredOrder {
    const number = this.made.length + 1;
    const url = `https://ca.test/order/${number}`;
    const authorizations = identifiers.map(({ type, value }, index) => {
      const status = this.proved.has(value) ? ('valid' as const) : ('pending' as const);
      const one: StoredAuthorization = { url: `https://ca.test/authorization/${number}-${index}`, type, name: value, status, answered: null, problem: null };
      this.authorizations.push(one);
      return one;
    });
    const order: StoredOrder = { url, names: identifiers.map(({ value }) => value), identifiers, authorizations, status: null, csr: null, looksLeft: 0 };
    this.made.push(order);
    return order;
  }

  private judge(one: StoredAuthorization, type: string): void {
    one.problem = this.validate(one.name, type);
    one.status = one.problem === null ? 'valid' : 'invalid';
    if (one.problem === null) this.proved.add(one.name);
  }

  private resource(url: string): Resource<Order> {
    const order = this.find(url);
    const status = statusOf(order);
    const body: Order = {
      status,
      identifiers: order.identifiers.map((identifier) => ({ ...identifier })),
      // Not in the order of the names, as at some CAs.
      authorizations: order.authorizations.map((one) => one.url).reverse(),
      finalize: `${url}/finalize`,
      ...(status === 'valid' && { certificate: `${url}/certificate` }),
      ...(status === 'invalid' && this.invalidOrder !== null && { error: this.invalidOrder }),
    };
    return { url, body, retryAfterMs: status === 'processing' ? this.retryAfterMs : null };
  }

  private bodyOf({ url, type, name, status, answered, problem }: StoredAuthorization): Authorization {
    const isWildcard = name.startsWith('*.');
    const types = isWildcard ? this.offers.filter((offer) => offer === 'dns-01') : this.offers;
    return {
      status,
      identifier: { type, value: isWildcard ? name.slice(2) : name },
      wildcard: isWildcard,
      challenges: types.map((offer) => ({
        type: offer,
        url: `${url}#${offer}`,
        status: offer !== answered || this.isIdle ? 'pending' : status === 'invalid' ? 'invalid' : 'processing',
        token: `token-${url.split('/').at(-1) ?? ''}-${offer}`,
        ...(problem !== null && offer === answered && { error: problem }),
      })),
    };
  }

  private find(url: string): StoredOrder {
    const order = this.made.find((one) => one.url === url);
    if (order === undefined) throw gone(`no order ${url}`);
    return order;
  }

  private findAuthorization(url: string): StoredAuthorization {
    const one = this.authorizations.find((each) => each.url === url);
    if (one === undefined) throw gone(`no authorization ${url}`);
    return one;
  }
}

/** As Boulder says it: its type is that of requests that nobody should repeat. */
export function gone(detail: string): AppError {
  return new AppError('not_found', `ca.test: ${detail} (malformed)`, { reason: 'acme.malformed' });
}

interface StoredOrder {
  url: string;
  names: string[];
  identifiers: NewOrder['identifiers'];
  authorizations: StoredAuthorization[];
  /** Null while it follows from the authorizations. */
  status: 'processing' | 'valid' | 'invalid' | null;
  csr: Buffer | null;
  looksLeft: number;
}

interface StoredAuthorization {
  url: string;
  type: string;
  name: string;
  status: 'pending' | 'valid' | 'invalid' | 'deactivated';
  answered: string | null;
  problem: Problem | null;
}

function statusOf({ status, authorizations }: StoredOrder): Order['status'] {
  if (status !== null) return status;
  if (authorizations.some((one) => one.status === 'invalid' || one.status === 'deactivated')) return 'invalid';
  return authorizations.every((one) => one.status === 'valid') ? 'ready' : 'pending';
}
