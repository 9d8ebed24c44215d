import { AppError } from '@sifaka/kernel';
import {
  asCaRequest,
  assembleCertificate,
  assertMayIssueUnder,
  encodeTbsCertificate,
  hashForKeyType,
  keyIdentifier,
  parseCertificate,
  parseName,
  randomSerial,
  resolveExtensions,
  serialHex,
  signatureAlgorithmFor,
  verifySignedBy,
  withinValidityOf,
  type ExtensionRequest,
} from '@sifaka/pki';
import type { AuthorityOutcome, IssueOutcome, Issuer, IssuerAuthority, IssuerAuthorityRequest, IssuerCertificateRequest, IssuerContext, SignatureHash } from '@sifaka/plugin-sdk';
import { PreparedAuthority } from './prepared-authority.js';
import { withCommonName } from './subject-alt-names.js';

/** Authorities that are kept parsed: a few hundred kilobytes. */
const maxAuthorities = 200;

/** Signs with the authority's own key, which stays in the key vault; certificates are encoded here. */
export class CryptographyIssuer implements Issuer {
  private readonly prepared = new Map<string, PreparedAuthority>();

  constructor(private readonly context: IssuerContext) {}

  async createCertificate(request: IssuerCertificateRequest): Promise<IssueOutcome> {
    const issuer = this.prepare(request.authority);
    const extensions = { ...request.extensions, subjectAltNames: withCommonName(request.extensions.subjectAltNames ?? [], request.subjectDer) };
    assertNamed(request.subjectDer, extensions);
    const certificateDer = await this.issue(issuer, { ...request, extensions });
    return { status: 'issued', certificateDer, chainDer: [...issuer.chainDer], externalId: null };
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    const roleNames = [`${request.name}_admin`, `${request.name}_operator`];
    const extensions = asCaRequest(request.extensions);
    if (request.parent === null) return { ...(await this.signRoot(request, extensions)), chainDer: [], externalId: null, roleNames };

    const parent = this.prepare(request.parent);
    // Before a key is made that nobody would need.
    this.validityUnder(parent, { ...request, extensions });
    const { keyId, publicKeyDer } = await this.context.keys.generate(request.keyType);
    const certificateDer = await this.issue(parent, { ...request, extensions, subjectPublicKeyDer: publicKeyDer });
    return { certificateDer, chainDer: [...parent.chainDer], keyId, externalId: null, roleNames };
  }

  async close(): Promise<void> {
    this.prepared.clear();
  }

  private async signRoot(request: IssuerAuthorityRequest, extensions: ExtensionRequest): Promise<{ certificateDer: Uint8Array; keyId: string }> {
    const signatureAlgorithm = signatureAlgorithmFor(request.keyType, request.hash ?? hashForKeyType(request.keyType));
    assertOrdered(request);
    const { keyId, publicKeyDer } = await this.context.keys.generate(request.keyType);
    const serial = this.newSerial();
    const resolved = resolveExtensions(extensions, publicKeyDer, null);
    const tbs = encodeTbsCertificate({ ...request, serial, signatureAlgorithm, issuerDer: request.subjectDer, spki: publicKeyDer, extensions: resolved });
    const signature = await this.sign(keyId, { tbs, hash: hashOf(signatureAlgorithm.hash), serial, spki: publicKeyDer });
    const certificateDer = assembleCertificate(tbs, signatureAlgorithm, signature);
    const facts = parseCertificate(certificateDer);
    if (!facts.isSelfSigned) throw foreignKey(request.name);
    return { certificateDer, keyId };
  }

  private async issue(issuer: PreparedAuthority, request: ToIssue): Promise<Uint8Array> {
    const { notBefore, notAfter } = this.validityUnder(issuer, request);
    const template = issuer.templateFor(request.extensions, request.hash);
    const serial = this.newSerial();
    const { subjectDer, subjectPublicKeyDer: spki } = request;
    const sans = request.extensions.subjectAltNames ?? [];
    const tbs = template.encode({ serial, notBefore, notAfter, subjectDer, spki, sans });

    const signature = await this.sign(issuer.keyId, { tbs, hash: hashOf(template.signatureAlgorithm.hash), serial, spki });
    const certificateDer = assembleCertificate(tbs, template.signatureAlgorithm, signature);
    // Once per authority is enough: the key belongs to the certificate, or it does not.
    if (!issuer.isProven) {
      if (verifySignedBy(parseCertificate(certificateDer), issuer.facts) === 'invalid') throw foreignKey(issuer.authority.name);
      issuer.isProven = true;
    }
    return certificateDer;
  }

  /** Path length, name constraints, usage and validity of the whole path; the hours of the last day end with the authority. */
  private validityUnder(issuer: PreparedAuthority, request: Omit<ToIssue, 'subjectPublicKeyDer'>): { notBefore: Date; notAfter: Date } {
    const { subjectDer, extensions, notBefore, notAfter } = request;
    const constraints = extensions.basicConstraints;
    const ca = constraints?.isCa === true ? { ca: constraints.pathLength === undefined ? {} : { pathLength: constraints.pathLength } } : {};
    assertMayIssueUnder(issuer.path, { subject: parseName(subjectDer), sans: extensions.subjectAltNames ?? [], notBefore, notAfter, ...ca });
    const validity = withinValidityOf(issuer.facts, notBefore, notAfter);
    assertOrdered(validity);
    return validity;
  }

  private sign(keyId: string, input: { tbs: Uint8Array; hash: SignatureHash | null; serial: bigint; spki: Uint8Array }): Promise<Uint8Array> {
    return this.context.keys.sign({
      keyId,
      tbsDer: input.tbs,
      hash: input.hash,
      serialHex: serialHex(input.serial),
      subjectKeyId: keyIdentifier(input.spki).toString('hex'),
      purpose: 'certificate',
    });
  }

  private newSerial(): bigint {
    return randomSerial(this.context.random);
  }

  private prepare(authority: IssuerAuthority): PreparedAuthority {
    if (authority.id === null) return new PreparedAuthority(authority);
    const key = `${authority.id}:${authority.version}`;
    const known = this.prepared.get(key);
    if (known !== undefined) return known;

    const made = new PreparedAuthority(authority);
    const [oldest] = this.prepared.keys();
    if (this.prepared.size >= maxAuthorities && oldest !== undefined) this.prepared.delete(oldest);
    this.prepared.set(key, made);
    return made;
  }
}

type ToIssue = Pick<IssuerCertificateRequest, 'subjectDer' | 'subjectPublicKeyDer' | 'extensions' | 'notBefore' | 'notAfter' | 'hash'>;

function assertNamed(subjectDer: Uint8Array, { subjectAltNames = [] }: ExtensionRequest): void {
  if (parseName(subjectDer).length > 0 || subjectAltNames.length > 0) return;
  throw new AppError('invalid_argument', 'commonName: a certificate needs a subject or a subject alternative name', {
    fields: [{ path: 'commonName', message: 'a certificate needs a subject or a subject alternative name' }],
  });
}

/** Certificates count in seconds. */
function assertOrdered({ notBefore, notAfter }: { notBefore: Date; notAfter: Date }): void {
  if (Math.floor(notBefore.getTime() / 1000) < Math.floor(notAfter.getTime() / 1000)) return;
  const message = `${notAfter.toISOString()} is not after the start, ${notBefore.toISOString()}`;
  throw new AppError('failed_precondition', `validityEnd: ${message}`, { reason: 'policy.empty_validity', fields: [{ path: 'validityEnd', message }] });
}

const hashOf = (name: string | null): SignatureHash | null => (name === 'sha256' || name === 'sha384' || name === 'sha512' ? name : null);

const foreignKey = (name: string): AppError =>
  new AppError('internal', `the key in the key vault does not belong to the certificate of authority "${name}"`, { reason: 'issuer.foreign_key' });
