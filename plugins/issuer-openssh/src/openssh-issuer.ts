import { AppError } from '@sifaka/kernel';
import {
  assembleSshCertificate,
  encodeSshSignature,
  encodeSshTbs,
  isSshKeyType,
  parseSshCertificate,
  serialHex,
  slugify,
  spkiOfSshKey,
  sshPublicKey,
  sshCertificateName,
  sshSignatureHash,
  verifySshCertificate,
} from '@sifaka/pki';
import type { AuthorityOutcome, IssueOutcome, Issuer, IssuerAuthorityRequest, IssuerCertificateRequest, IssuerContext, SshTerms } from '@sifaka/plugin-sdk';
import type { OpensshOptions } from './options.js';
import { sshValidity } from './ssh-validity.js';
import { grantUserTerms, type GrantedTerms } from './user-terms.js';

/** Signs certificates of OpenSSH (PROTOCOL.certkeys) with the authority's own key, which stays in the key vault. */
export class OpensshIssuer implements Issuer {
  constructor(
    private readonly options: OpensshOptions,
    private readonly context: IssuerContext,
  ) {}

  async createAuthority({ name, parent, keyType }: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    if (parent !== null) {
      const detail = `an SSH authority below "${parent.name}" cannot be made: OpenSSH knows no authorities below authorities; create one of type root`;
      throw new AppError('failed_precondition', detail, { reason: 'issuer.no_sub_authorities' });
    }
    if (!isSshKeyType(keyType)) throw foreignKeyType(keyType);
    const { keyId, publicKeyDer } = await this.context.keys.generate(keyType);
    return { format: 'openssh', certificateDer: sshPublicKey(publicKeyDer), chainDer: [], keyId, externalId: null, roleNames: [`${name}_admin`, `${name}_operator`] };
  }

  async createCertificate(request: IssuerCertificateRequest): Promise<IssueOutcome> {
    const { authority, ssh } = request;
    if (ssh === undefined) throw new AppError('failed_precondition', `authority "${authority.name}" issues certificates of OpenSSH alone`, { reason: 'ssh.not_ssh' });
    const validity = sshValidity(request, ssh, this.options);
    const granted = ssh.kind === 'host' ? hostTerms(ssh) : grantUserTerms({ terms: ssh, authority, requester: request.requester, options: this.options });
    const serial = this.newSerial();
    const keyId = ssh.keyId ?? `${nameOf(request, ssh, { ...validity, ...granted, serial })} ${ssh.owner}`;
    const certificateDer = await this.sign(request, { kind: ssh.kind, keyId, serial, ...validity, ...granted });
    return { status: 'issued', certificateDer, chainDer: [authority.certificateDer], externalId: null };
  }

  private async sign({ authority, subjectPublicKeyDer: spki }: IssuerCertificateRequest, contents: Contents): Promise<Uint8Array> {
    const { keyId } = authority;
    if (keyId === null) throw new AppError('failed_precondition', `authority "${authority.name}" cannot issue: its private key is not in the key vault`, { reason: 'issuer.no_key' });
    const issuerSpki = spkiOfSshKey(authority.certificateDer);
    const { serial } = contents;
    const tbs = encodeSshTbs({ ...contents, spki, issuerSpki, nonce: this.context.random(32) });
    const signature = await this.context.keys.sign({ keyId, tbsDer: tbs, hash: sshSignatureHash(issuerSpki), serialHex: serialHex(serial), subjectKeyId: null, purpose: 'ssh' });
    const certificateDer = assembleSshCertificate(tbs, encodeSshSignature(issuerSpki, signature));
    if (verifySshCertificate(parseSshCertificate(certificateDer))) return certificateDer;
    throw new AppError('internal', `the key in the key vault does not belong to authority "${authority.name}"`, { reason: 'issuer.foreign_key' });
  }

  /** 64 random bits; 0 is what OpenSSH takes for none. */
  private newSerial(): bigint {
    const serial = Buffer.from(this.context.random(8)).readBigUInt64BE();
    return serial === 0n ? 1n : serial;
  }
}

type Contents = Omit<Parameters<typeof encodeSshTbs>[0], 'spki' | 'issuerSpki' | 'nonce'>;

const hostTerms = ({ principals }: SshTerms): GrantedTerms => ({ principals: [...principals], criticalOptions: {}, extensions: [] });

/** As the inventory will call it, unless the name is taken. */
function nameOf({ authority }: IssuerCertificateRequest, { kind, name }: SshTerms, { principals, notBefore, notAfter, serial }: Pick<Contents, 'principals' | 'notBefore' | 'notAfter' | 'serial'>): string {
  if (name !== null) return name;
  const [cn = null] = principals;
  return sshCertificateName({ cn, domains: kind === 'host' ? principals : [], issuer: slugify(authority.name, ''), notBefore, notAfter, serialHex: serialHex(serial) });
}

function foreignKeyType(keyType: string): AppError {
  const message = `"${keyType}" is no key type of OpenSSH: RSA2048, RSA3072, RSA4096, ECCPRIME256V1, ECCSECP384R1, ECCSECP521R1 and ED25519 are`;
  return new AppError('invalid_argument', `keyType: ${message}`, { reason: 'policy.ssh_key_type', fields: [{ path: 'keyType', message }] });
}
