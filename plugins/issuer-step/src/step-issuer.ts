import { AppError } from '@sifaka/kernel';
import { csrPem, parseCertificate, parseCsr, type CsrFacts } from '@sifaka/pki';
import {
  issuedWith,
  outsideAuthority,
  refuseParent,
  type AuthorityOutcome,
  type Issuer,
  type IssuerAuthorityRequest,
  type IssuerCertificateRequest,
  type IssuerContext,
  type IssueOutcome,
  type RevokeRequest,
} from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { StepOptions } from './options.js';
import { maxValidityMs, ProvisionerKey, type TokenInput } from './provisioner.js';
import { StepApi } from './step-api.js';

const Signed = z.object({ crt: z.string(), ca: z.string(), certChain: z.array(z.string()).nullish() });
const Revoked = z.object({ status: z.string() });
const Intermediates = z.object({ crts: z.array(z.string()) });

/** RFC 5280 section 5.3.1. */
const reasonCodes: Readonly<Record<string, number>> = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
};

/** step-ca signs what a one-time token of a JWK provisioner names. */
export class StepIssuer implements Issuer {
  private readonly api: StepApi;

  constructor(
    private readonly options: StepOptions,
    private readonly context: IssuerContext,
  ) {
    this.api = new StepApi(options, context);
  }

  async createCertificate({ authority, csrDer, notBefore, notAfter }: IssuerCertificateRequest): Promise<IssueOutcome> {
    const request = parsedCsr(csrDer);
    const provisioner = await this.api.provisioner();
    const now = this.context.clock.now();
    const start = new Date(Math.max(notBefore.getTime(), now.getTime() - 60_000));
    const end = new Date(Math.min(notAfter.getTime(), start.getTime() + maxValidityMs(provisioner)));
    const names = namesOf(request);
    const ott = await this.token('/1.0/sign', { subject: request.cn ?? names[0] ?? '', sans: names });
    const answer = await this.api.read(Signed, '/1.0/sign', { method: 'POST', json: { csr: csrPem(csrDer), ott, notBefore: start.toISOString(), notAfter: end.toISOString() } });
    return issuedWith([answer.crt, answer.ca, ...(answer.certChain ?? [])], csrDer, authority, null);
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    refuseParent(request.parent);
    const { crts } = await this.api.read(Intermediates, '/intermediates');
    return outsideAuthority(request, [...crts, await this.api.rootPem()].join('\n'), 'fingerprint');
  }

  async revoke({ certificateDer, reason, comments }: RevokeRequest): Promise<void> {
    const serial = parseCertificate(certificateDer).serial.toString();
    const ott = await this.token('/1.0/revoke', { subject: serial, sans: null });
    await this.api.read(Revoked, '/1.0/revoke', { method: 'POST', json: { serial, reasonCode: reasonCodes[reason] ?? 0, reason: comments, passive: true, ott } });
  }

  /** The server is the one with the root, has the provisioner, and the password opens its key. */
  async check(): Promise<void> {
    await ProvisionerKey.open(await this.api.provisioner(), this.options);
  }

  private async token(path: string, { subject, sans }: Pick<TokenInput, 'subject' | 'sans'>): Promise<string> {
    const key = await ProvisionerKey.open(await this.api.provisioner(), this.options);
    const { url, fingerprint } = this.options;
    const id = Buffer.from(this.context.random(32)).toString('hex');
    return key.token({ audience: `${url.replace(/\/+$/, '')}${path}`, subject, sans, fingerprint, at: this.context.clock.now(), id });
  }
}

function namesOf({ cn, sans }: CsrFacts): string[] {
  const values = sans.flatMap((name) => ('value' in name && typeof name.value === 'string' ? [name.value] : []));
  return values.length === 0 && cn !== null ? [cn] : values;
}

function parsedCsr(csrDer: Uint8Array): CsrFacts {
  try {
    return parseCsr(csrDer);
  } catch (error) {
    throw new AppError('failed_precondition', 'the certificate request cannot be read', { reason: 'csr.malformed', cause: error });
  }
}
