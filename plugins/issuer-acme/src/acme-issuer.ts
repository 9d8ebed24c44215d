import { AppError, isAppError } from '@sifaka/kernel';
import { parseName, type GeneralName } from '@sifaka/pki';
import {
  outsideAuthority,
  refuseParent,
  type AcmeAccountSettings,
  type AcmeOrderTerms,
  type AuthorityOutcome,
  type IssueOutcome,
  type Issuer,
  type IssuerAuthorityRequest,
  type IssuerCertificateRequest,
  type IssuerContext,
  type RevokeRequest,
} from '@sifaka/plugin-sdk';
import type { AcmeOptions } from './options.js';
import { wellKnownCas, wellKnownRoot } from './well-known-cas.js';

/** What the three plugins differ in. */
export type AcmeTerms = AcmeOptions & { tokenDestination?: string | undefined; challenge: AcmeOrderTerms['challenge'] };

const hourMs = 3_600_000;

/** Says what is wanted of an ACME CA; accounts and orders are the platform's. */
export class AcmeIssuer implements Issuer {
  /** Options do not change during the life of an instance: the account is looked after once. */
  private readonly accounts = new Map<string, Promise<void>>();

  constructor(
    private readonly options: AcmeTerms,
    private readonly context: IssuerContext,
  ) {}

  async check(): Promise<void> {
    await this.open(null);
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    refuseParent(request.parent);
    const outcome = outsideAuthority(request, this.certificatePem(), 'certificate');
    await this.open(request.name);
    return outcome;
  }

  async createCertificate({ authority, extensions, subjectDer }: IssuerCertificateRequest): Promise<IssueOutcome> {
    const reason = this.refusalOf(extensions.subjectAltNames ?? [], subjectDer);
    if (reason !== null) return { status: 'rejected', reason };
    await this.accountOf(authority.name);
    const { challenge, preferred_issuer: preferredIssuer = null, profile = null, tokenDestination = null } = this.options;
    const order = { challenge, preferredIssuer, dropsLastCertificate: this.options.drop_last_cert_from_chain, profile, tokenDestination };
    const until = new Date(this.context.clock.now().getTime() + this.options.order_lifetime_hours * hourMs);
    return { status: 'pending', settledBy: 'order', externalId: null, until, order };
  }

  revoke({ authority, certificateDer, reason }: RevokeRequest): Promise<void> {
    return this.context.acme.revoke({ authority: authority.name, certificateDer, reason });
  }

  /** Options may have changed since the account was opened, and an authority that was imported never opened one. */
  private accountOf(authority: string): Promise<void> {
    const known = this.accounts.get(authority);
    if (known !== undefined) return known;
    const opened = this.open(authority).catch((error: unknown) => {
      this.accounts.delete(authority);
      // The order has time to wait for a CA that is away; it has none for options that the CA refuses.
      if (!isAppError(error) || refusals.has(error.code)) throw error;
      this.context.logger.warn('the ACME account could not be looked after, the order tries by itself', { authority, error: error.message });
    });
    this.accounts.set(authority, opened);
    return opened;
  }

  private async open(authority: string | null): Promise<void> {
    const { profiles } = await this.context.acme.openAccount(accountSettings(authority, this.options));
    const { profile } = this.options;
    if (profile === undefined || Object.hasOwn(profiles, profile)) return;
    const offered = Object.keys(profiles);
    const message = `"${profile}" is not offered by the CA, ${offered.length === 0 ? 'which offers none' : `which offers ${offered.join(', ')}`}`;
    throw new AppError('failed_precondition', `profile: ${message}`, { reason: 'acme.unknown_profile', fields: [{ path: 'plugin.pluginOptions.profile', message }] });
  }

  private certificatePem(): string {
    const { certificate, acme_url: directoryUrl } = this.options;
    const pem = certificate ?? wellKnownRoot(directoryUrl);
    if (pem !== null) return pem;
    const message = `is needed for ${new URL(directoryUrl).host}: paste the root certificate of the CA in PEM (it is known for ${wellKnownCas.map(({ name }) => name).join(', ')} alone)`;
    throw new AppError('invalid_argument', `certificate: ${message}`, { reason: 'plugin.bad_option', fields: [{ path: 'plugin.pluginOptions.certificate', message }] });
  }

  /** What no order can bring, in words for the applicant. */
  private refusalOf(names: readonly GeneralName[], subjectDer: Uint8Array): string | null {
    const { challenge } = this.options;
    const foreign = names.find(({ type }) => type !== 'dns' && type !== 'ip');
    if (foreign !== undefined) return `an ACME CA certifies DNS names and IP addresses, the request has a name of type ${foreign.type}`;
    if (names.length === 0 && parseName(subjectDer).length === 0) return 'the request names nothing: give a common name or a subject alternative name';
    const wildcard = names.find((name) => name.type === 'dns' && name.value.startsWith('*.'));
    if (challenge === 'http-01' && wildcard !== undefined) return `a wildcard (${textOf(wildcard)}) is proved by DNS-01 alone: use an authority of acme-issuer or acme-auto-issuer`;
    const address = names.find(({ type }) => type === 'ip');
    if (challenge === 'dns-01' && address !== undefined) return `an address (${textOf(address)}) is proved by HTTP-01 alone (RFC 8738): use an authority of acme-http-issuer or acme-auto-issuer`;
    return null;
  }
}

const refusals: ReadonlySet<string> = new Set(['failed_precondition', 'invalid_argument', 'permission_denied', 'not_found']);

const textOf = (name: GeneralName): string => ('value' in name && typeof name.value === 'string' ? name.value : name.type);

function accountSettings(authority: string | null, options: AcmeOptions): AcmeAccountSettings {
  const { eab_kid: kid, eab_hmac_key: hmacKey, acme_private_key: privateKeyJwk, acme_regr: registration = null } = options;
  return {
    authority,
    directoryUrl: options.acme_url,
    email: options.email ?? null,
    caPem: options.ca_bundle ?? null,
    isVerified: options.verify_tls,
    eab: kid === undefined || hmacKey === undefined ? null : { kid, hmacKey },
    existing: privateKeyJwk === undefined ? null : { privateKeyJwk, registration },
  };
}
