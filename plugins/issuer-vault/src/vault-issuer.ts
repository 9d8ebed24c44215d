import { AppError, isAppError } from '@sifaka/kernel';
import { csrPem, parseCertificate, parseCsr } from '@sifaka/pki';
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
import { VaultSession } from '@sifaka/vault';
import { z } from 'zod';
import { loginOf, type VaultOptions } from './options.js';

const Signed = z.object({
  data: z.object({ certificate: z.string(), issuing_ca: z.string(), ca_chain: z.array(z.string()).nullish(), serial_number: z.string() }),
});
const Capabilities = z.object({ data: z.record(z.string(), z.unknown()) });
const CaCertificate = z.object({ data: z.object({ certificate: z.string(), ca_chain: z.string().optional() }) });

/** A role of Vault's PKI engine signs requests: the role decides about names, usages and the longest validity. */
export class VaultIssuer implements Issuer {
  private readonly api: VaultSession;
  private readonly signPath: string;
  private readonly revokePath: string;

  constructor(
    private readonly options: VaultOptions,
    private readonly context: IssuerContext,
  ) {
    const { url, namespace, ca_bundle: caPem, verify_tls: isVerified } = options;
    this.api = new VaultSession({ url, namespace, caPem, isVerified, login: loginOf(options) }, context);
    this.signPath = `${options.mount}/sign/${options.role}`;
    this.revokePath = `${options.mount}/revoke`;
  }

  async createCertificate({ authority, csrDer, notAfter }: IssuerCertificateRequest): Promise<IssueOutcome> {
    const seconds = Math.floor((notAfter.getTime() - this.context.clock.now().getTime()) / 1_000);
    if (seconds < 1) throw new AppError('failed_precondition', `Vault issues from now on, and ${notAfter.toISOString()} is over`, { reason: 'vault.past' });
    const { data } = await this.api.read(Signed, `/v1/${this.signPath}`, { method: 'POST', json: { ...namesOf(csrDer), csr: csrPem(csrDer), ttl: `${seconds}s`, format: 'pem' } });
    return issuedWith([data.certificate, data.issuing_ca, ...(data.ca_chain ?? [])], csrDer, authority, data.serial_number);
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    refuseParent(request.parent);
    const { data } = await this.api.read(CaCertificate, `/v1/${this.options.mount}/cert/ca_chain`).catch((error: unknown) => {
      throw isAppError(error) && error.code === 'failed_precondition'
        ? new AppError('failed_precondition', `Vault has no certificate of a CA at ${this.options.mount}: option mount must be where the PKI engine is (${error.message})`, { reason: 'vault.no_ca', cause: error })
        : error;
    });
    return outsideAuthority(request, data.ca_chain === undefined || data.ca_chain === '' ? data.certificate : data.ca_chain, 'mount');
  }

  /** Vault keeps no reason. */
  async revoke({ certificateDer }: RevokeRequest): Promise<void> {
    await this.api.read(z.unknown(), `/v1/${this.revokePath}`, { method: 'POST', json: { serial_number: serialNumber(certificateDer) } });
  }

  /** The login works, and the token may sign and revoke: every token may ask that of itself. */
  async check(): Promise<void> {
    const paths = [this.signPath, this.revokePath];
    const { data } = await this.api.read(Capabilities, '/v1/sys/capabilities-self', { method: 'POST', json: { paths } });
    for (const path of paths) {
      const held = z.array(z.string()).safeParse(data[path]).data ?? [];
      if (held.some((capability) => capability === 'update' || capability === 'root')) continue;
      throw new AppError('permission_denied', `the token's policies lack "update" on ${path}: it has ${held.join(', ') || 'nothing'} there`, { reason: 'vault.policy' });
    }
  }
}

/** Beside the request itself, for roles that do not read names from it (`use_csr_common_name`, `use_csr_sans`). */
function namesOf(csrDer: Uint8Array) {
  const { cn, sans } = parseCsr(csrDer);
  const valuesOf = (type: string) => sans.flatMap((name) => (name.type === type && 'value' in name && typeof name.value === 'string' ? [name.value] : [])).join(',');
  return {
    ...(cn !== null && { common_name: cn }),
    alt_names: [valuesOf('dns'), valuesOf('email')].filter((part) => part !== '').join(','),
    ip_sans: valuesOf('ip'),
    uri_sans: valuesOf('uri'),
    exclude_cn_from_sans: true,
  };
}

/** As Vault writes it: pairs of lower-case digits with colons. */
function serialNumber(certificateDer: Uint8Array): string {
  const hex = parseCertificate(certificateDer).serialHex.toLowerCase();
  return (hex.length % 2 === 0 ? hex : `0${hex}`).replace(/(..)(?!$)/g, '$1:');
}
