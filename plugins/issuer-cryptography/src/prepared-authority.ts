import { AppError } from '@sifaka/kernel';
import {
  authorityKeyIdOf,
  certificateTemplate,
  hashForKeyType,
  keyIdentifier,
  parseCertificate,
  signatureAlgorithmFor,
  type CertificateFacts,
  type CertificateTemplate,
  type ExtensionRequest,
  type Extensions,
  type IssuerIdentity,
  type SignatureAlgorithm,
} from '@sifaka/pki';
import type { IssuerAuthority, SignatureHash } from '@sifaka/plugin-sdk';

/** Profiles per authority that are kept encoded; a house with more different ones encodes some of them anew. */
const maxTemplates = 100;

/** One version of an authority, parsed once, with the encoded parts that its certificates share. */
export class PreparedAuthority {
  readonly keyId: string;
  readonly facts: CertificateFacts;
  /** The authority's own certificate first, the root last. */
  readonly path: readonly CertificateFacts[];
  readonly chainDer: Uint8Array[];
  /** Set once a signature of the key was seen to fit the certificate. */
  isProven = false;
  private readonly identity: IssuerIdentity;
  private readonly templates = new Map<string, CertificateTemplate>();

  constructor(readonly authority: IssuerAuthority) {
    if (authority.keyId === null) {
      throw new AppError('failed_precondition', `authority "${authority.name}" cannot issue: its private key is not in the key vault`, { reason: 'issuer.no_key' });
    }
    this.keyId = authority.keyId;
    this.chainDer = [authority.certificateDer, ...authority.chainDer];
    this.path = this.chainDer.map((der) => parseCertificate(der));
    this.facts = parseCertificate(authority.certificateDer);
    const { spki, subjectKeyId, issuerDer, serial } = this.facts;
    this.identity = { subjectKeyId: subjectKeyId ?? keyIdentifier(spki), issuerNameDer: issuerDer, serial };
  }

  /** Template for what the extensions of a request share with others: all but names and subject key identifier. */
  templateFor(request: ExtensionRequest, hash: SignatureHash | null): CertificateTemplate {
    const key = `${hash ?? ''}:${profileKey(request)}`;
    const known = this.templates.get(key);
    if (known !== undefined) return known;

    const made = certificateTemplate({ issuerDer: this.facts.subjectDer, signatureAlgorithm: this.algorithmFor(hash), extensions: this.sharedExtensions(request) });
    const [oldest] = this.templates.keys();
    if (this.templates.size >= maxTemplates && oldest !== undefined) this.templates.delete(oldest);
    this.templates.set(key, made);
    return made;
  }

  private algorithmFor(hash: SignatureHash | null): SignatureAlgorithm {
    const keyType = this.facts.keyType ?? this.authority.keyType;
    return signatureAlgorithmFor(keyType, hash ?? hashForKeyType(keyType));
  }

  private sharedExtensions(request: ExtensionRequest): Omit<Extensions, 'subjectAltNames' | 'subjectKeyId'> {
    const { subjectKeyId: _id, subjectAltNames: _names, wantsAuthorityInfoAccess: _wants, authorityKeyId: form, ...shared } = request;
    return { ...shared, authorityKeyId: authorityKeyIdOf(this.identity, form) };
  }
}

function profileKey({ subjectAltNames: _names, subjectKeyId: _id, ...profile }: ExtensionRequest): string {
  return JSON.stringify(profile, (_name, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    return typeof value === 'bigint' ? value.toString() : value;
  });
}
