import { AppError, isAppError } from '@sifaka/kernel';
import { decodePem } from '@sifaka/pki';
import type { z } from 'zod';
import type { AcmeConnection, CertificateChains, NewOrder, RenewalWindow, Resource, Revocation } from './acme-connection.js';
import { listOrders } from './account-orders.js';
import { isUnknownAccount } from './acme-account-client.js';
import type { AcmeServer, Signer } from './acme-server.js';
import { parseAnswer, type Answer } from './answer.js';
import type { JwsKey, JwsPayload } from './jws.js';
import { thumbprint } from './jwk.js';
import { linksOf } from './link-header.js';
import { Authorization, Challenge, Order, RenewalInfo, type Directory } from './resources.js';
import { revokeCertificate } from './revoke-certificate.js';

export interface SessionAccount {
  readonly url: string;
  readonly key: JwsKey;
}

interface SessionOptions {
  readonly server: AcmeServer;
  readonly account: SessionAccount;
  /** Registers the key anew at a CA that forgot the account. */
  readonly renew: () => Promise<SessionAccount>;
  /** The certificate's own key, out of the key vault. */
  readonly certificateKey: (certificateDer: Uint8Array, keyId: string) => JwsKey;
}

/** A CA offers two or three chains. */
const mostAlternates = 10;

/** What one account asks of its CA. */
export class AcmeSession implements AcmeConnection {
  private readonly server: AcmeServer;
  private account: SessionAccount;

  constructor(private readonly options: SessionOptions) {
    this.server = options.server;
    this.account = options.account;
  }

  get accountUrl(): string {
    return this.account.url;
  }

  get directoryUrl(): string {
    return this.server.url;
  }

  directory(): Promise<Directory> {
    return this.server.directory();
  }

  async newOrder({ identifiers, profile = null, replaces = null }: NewOrder): Promise<Resource<Order>> {
    const { newOrder: url, renewalInfo } = await this.server.directory();
    const payload = {
      identifiers: identifiers.map(({ type, value }) => ({ type, value })),
      ...(profile !== null && { profile }),
      // RFC 9773 section 5: for CAs with renewal information alone.
      ...(replaces !== null && renewalInfo !== undefined && { replaces }),
    };
    const asked = this.signed((signer) => this.server.post(signer, { url, payload, kind: 'newOrder' }));
    const answer = await asked.catch((error: unknown) => {
      throw withNames(error, identifiers);
    });
    return this.resource(Order, answer, 'an order', this.server.locationOf(answer, 'the order'));
  }

  async order(url: string): Promise<Resource<Order>> {
    return this.resource(Order, await this.post(url, null), 'an order');
  }

  orders(): Promise<readonly string[]> {
    return listOrders(this.accountUrl, (url) => this.post(url, null));
  }

  async authorization(url: string): Promise<Resource<Authorization>> {
    return this.resource(Authorization, await this.post(url, null), 'an authorization');
  }

  async answerChallenge(url: string): Promise<Resource<Challenge>> {
    return this.resource(Challenge, await this.post(url, {}), 'a challenge');
  }

  async deactivateAuthorization(url: string): Promise<void> {
    await this.post(url, { status: 'deactivated' });
  }

  async finalize(url: string, csrDer: Uint8Array): Promise<Resource<Order>> {
    const answer = await this.post(url, { csr: Buffer.from(csrDer).toString('base64url') });
    const location = answer.headers.get('location');
    return this.resource(Order, answer, 'an order', location !== null && URL.canParse(location, url) ? new URL(location, url).href : url);
  }

  async certificate(url: string, withAlternates = true): Promise<CertificateChains> {
    const answer = await this.post(url, null, pemChain);
    const chains = [this.chainOf(answer)];
    if (!withAlternates) return { chains };
    for (const alternate of linksOf(answer.headers.get('link'), 'alternate', url).slice(0, mostAlternates)) {
      const chain = await this.alternate(alternate);
      if (chain !== null) chains.push(chain);
    }
    return { chains };
  }

  async keyAuthorization(token: string): Promise<string> {
    return `${token}.${thumbprint(this.account.key.jwk)}`;
  }

  async renewalInfo(certificateId: string): Promise<RenewalWindow | null> {
    const { renewalInfo: base } = await this.server.directory();
    if (base === undefined) return null;
    const answer = await this.server.get(`${base.replace(/\/$/, '')}/${certificateId}`);
    const { suggestedWindow, explanationURL } = parseAnswer(RenewalInfo, answer, 'renewal information');
    const [windowStart, windowEnd] = [new Date(suggestedWindow.start), new Date(suggestedWindow.end)];
    // RFC 9773 section 4.2: such a window is no window.
    if (windowEnd <= windowStart) throw badAnswer(this.server.host, 'a renewal window that ends before it starts');
    return { windowStart, windowEnd, explanationUrl: explanationURL ?? null, retryAfterMs: this.server.retryAfterOf(answer) };
  }

  async revoke({ certificateDer, reason, keyId = null }: Revocation): Promise<void> {
    if (keyId === null) await this.signed((signer) => revokeCertificate(this.server, signer, certificateDer, reason));
    else await revokeCertificate(this.server, { key: this.options.certificateKey(certificateDer, keyId), accountUrl: null }, certificateDer, reason);
  }

  private post(url: string, payload: JwsPayload, accept?: string): Promise<Answer> {
    return this.signed((signer) => this.server.post(signer, { url, payload, ...(accept !== undefined && { accept }) }));
  }

  /** A CA that lost its database gets the account again, once. */
  private async signed<T>(work: (signer: Signer) => Promise<T>): Promise<T> {
    const before = this.account;
    try {
      return await work({ key: before.key, accountUrl: before.url });
    } catch (error) {
      if (!isUnknownAccount(error)) throw error;
    }
    if (this.account === before) this.account = await this.options.renew();
    return work({ key: this.account.key, accountUrl: this.account.url });
  }

  private resource<S extends z.ZodType>(schema: S, answer: Answer, what: string, url = answer.url): Resource<z.output<S>> {
    return { url, body: parseAnswer(schema, answer, what), retryAfterMs: this.server.retryAfterOf(answer) };
  }

  /** A chain that is offered and not there must not cost the certificate that is. */
  private async alternate(url: string): Promise<Buffer[] | null> {
    try {
      return this.chainOf(await this.post(url, null, pemChain));
    } catch (error) {
      if (isAppError(error)) return null;
      throw error;
    }
  }

  private chainOf({ body }: Answer): Buffer[] {
    let blocks: { label: string; bytes: Buffer }[];
    try {
      blocks = decodePem(body.toString('utf8'));
    } catch (error) {
      throw badAnswer(this.server.host, 'a certificate that is not PEM text', error);
    }
    const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE');
    if (certificates.length === 0 || certificates.length !== blocks.length) throw badAnswer(this.server.host, 'a certificate chain without certificates, or with something else in it');
    return certificates.map(({ bytes }) => bytes);
  }
}

/** CAs do not always say which of the names they mean. */
function withNames(error: unknown, identifiers: NewOrder['identifiers']): unknown {
  if (!isAppError(error) || error.code !== 'failed_precondition' || identifiers.some(({ value }) => error.message.includes(value))) return error;
  const shown = identifiers.slice(0, shownNames).map(({ value }) => value);
  const more = identifiers.length > shownNames ? ` and ${identifiers.length - shownNames} more` : '';
  return new AppError(error.code, `${error.message}; asked for ${shown.join(', ')}${more}`, { ...(error.reason !== undefined && { reason: error.reason }), cause: error });
}

const shownNames = 10;

const pemChain = 'application/pem-certificate-chain';

const badAnswer = (host: string, what: string, cause?: unknown): AppError =>
  new AppError('upstream_failed', `${host} answered with ${what}`, { reason: 'acme.bad_answer', ...(cause !== undefined && { cause }) });
