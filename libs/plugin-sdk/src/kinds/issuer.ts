import type { ExtensionRequest, SshCriticalOptions } from '@sifaka/pki';
import type { PluginContext } from '../context.js';
import type { AcmeClient, AcmeOrderTerms } from './acme.js';
import type { PluginLifecycle } from './lifecycle.js';

/** `openssh`: what stands for a certificate is OpenSSH's own (PROTOCOL.certkeys), for that of an authority its public key. */
export type CertificateFormat = 'x509' | 'openssh';

export type SignatureHash = 'sha256' | 'sha384' | 'sha512';

/** Obtains certificates from one kind of certificate authority. */
export interface Issuer extends PluginLifecycle {
  /** @throws AppError `failed_precondition` for a request that can never succeed, `upstream_failed` and the like for the other side's faults */
  createCertificate(request: IssuerCertificateRequest): Promise<IssueOutcome>;
  createAuthority?(request: IssuerAuthorityRequest): Promise<AuthorityOutcome>;
  revoke?(request: RevokeRequest): Promise<void>;
  deactivate?(request: IssuedCertificateReference): Promise<void>;
  /**
   * Asks for the state of an order that answered `pending`. Whatever it throws, it is asked again until the order's time is over: when the
   * other side says for certain that nothing will come, the answer is `rejected`.
   */
  poll?(request: PendingOrderReference): Promise<IssueOutcome>;
  /** Gives up an order that answered `pending`; safe to call for one that is gone. */
  cancel?(request: PendingOrderReference): Promise<void>;
}

export type IssueOutcome =
  | {
      status: 'issued';
      certificateDer: Uint8Array;
      /** Complete: the issuer's certificate first, the root last. */
      chainDer: Uint8Array[];
      externalId: string | null;
    }
  | PendingOutcome
  | { status: 'rejected'; reason: string };

/** The certificate comes later, or never: at `until` it is given up. */
export type PendingOutcome =
  /** The issuer's `poll` is asked again and again; `retryAfterMs` is what the other side would like between two questions. */
  | { status: 'pending'; settledBy: 'poll'; externalId: string | null; until: Date; retryAfterMs?: number }
  /** A person brings the certificate. */
  | { status: 'pending'; settledBy: 'upload'; externalId: string | null; until: Date }
  /** An ACME order brings it. */
  | { status: 'pending'; settledBy: 'order'; externalId: null; until: Date; order: AcmeOrderTerms };

export interface IssuerCertificateRequest {
  authority: IssuerAuthority;
  /** Signed by the key that is certified; made here, or the applicant's. What is to be certified stands in `subjectDer` and `extensions`: policy may have changed it. */
  csrDer: Uint8Array;
  /** SubjectPublicKeyInfo. */
  subjectPublicKeyDer: Uint8Array;
  /** Name. */
  subjectDer: Uint8Array;
  /** As policy decided them; the issuer fills in the identifiers it is the first to know. */
  extensions: ExtensionRequest;
  notBefore: Date;
  notAfter: Date;
  /** Null: the issuer's choice. */
  hash: SignatureHash | null;
  /** Who asked; null for the platform itself. */
  requester: Requester | null;
  /** Of this one request. A plugin that repeats a call sends it along; the host never asks for a certificate twice. */
  requestId: string;
  /** For an authority that issues SSH certificates, and for no other. */
  ssh?: SshTerms;
}

/** What an SSH certificate is asked for (PROTOCOL.certkeys), beside key and validity. */
export interface SshTerms {
  kind: 'user' | 'host';
  /** Hosts as policy let them pass. Names of users as they were asked for; none: the requester's own. */
  principals: readonly string[];
  /** Null: name and owner of the certificate. */
  keyId: string | null;
  /** As the caller wants the certificate to be called; null for a generated name. */
  name: string | null;
  owner: string;
  criticalOptions: SshCriticalOptions;
  /** Null: those of the authority. */
  extensions: readonly string[] | null;
  /** False: the dates of the request are a default that the issuer may replace by its own. */
  isValidityAsked: boolean;
}

export interface Requester {
  username: string;
  email: string;
  isAdmin: boolean;
  /** Names of those roles of the authority that the requester holds. */
  authorityRoles: string[];
}

export interface IssuerAuthority {
  /** Null for an authority that is not stored yet. */
  id: number | null;
  name: string;
  /** Changes whenever the stored authority does; what is prepared for an authority is kept under id and version. */
  version: string;
  certificateDer: Uint8Array;
  /** Above the authority's own certificate: its issuer first, the root last, empty for a root. */
  chainDer: Uint8Array[];
  /** Where the key vault keeps the signing key; null when the key is elsewhere. */
  keyId: string | null;
  keyType: string;
  /** Values of the plugin's options for this authority. */
  options: unknown;
  /** Within which it issues. */
  validity?: { notBefore: Date; notAfter: Date };
  /** Name of the role that owns it. */
  owner?: string;
}

export interface IssuerAuthorityRequest {
  name: string;
  /** Null for a root. */
  parent: IssuerAuthority | null;
  keyType: string;
  /** Name. */
  subjectDer: Uint8Array;
  /** As policy decided them; the issuer fills in the identifiers it is the first to know. */
  extensions: ExtensionRequest;
  notBefore: Date;
  notAfter: Date;
  hash: SignatureHash | null;
  options: unknown;
  requestId: string;
}

export interface AuthorityOutcome {
  certificateDer: Uint8Array;
  /** Above the new certificate: its issuer first, the root last, empty for a root. */
  chainDer: Uint8Array[];
  keyId: string | null;
  externalId: string | null;
  /** Roles to make for the authority, by custom `<name>_admin` and `<name>_operator`. */
  roleNames: string[];
  /** What the authority issues; absent: X.509. */
  format?: CertificateFormat;
}

export interface IssuedCertificateReference {
  authority: IssuerAuthority;
  certificateDer: Uint8Array;
  externalId: string | null;
}

export interface RevokeRequest extends IssuedCertificateReference {
  /** RFC 5280 §5.3.1 in its ASN.1 spelling, for example `keyCompromise`. */
  reason: string;
  comments: string;
}

export interface PendingOrderReference {
  authority: IssuerAuthority;
  externalId: string | null;
  csrDer: Uint8Array;
}

export interface SignRequest {
  keyId: string;
  /** The exact bytes to sign; journalled before the signature is handed out. */
  tbsDer: Uint8Array;
  /** Null where the key's algorithm has no choice (Ed25519). */
  hash: SignatureHash | null;
  serialHex: string;
  /** Subject key identifier of what is certified, in hex; null when there is none. */
  subjectKeyId: string | null;
  purpose: 'certificate' | 'crl' | 'ocsp' | 'csr' | 'ssh';
}

/** Keys stay in the key vault: an issuer sees their names, public halves and signatures. */
export interface IssuerKeys {
  generate(keyType: string): Promise<{ keyId: string; publicKeyDer: Uint8Array }>;
  /** Signature as it stands in a certificate: PKCS#1 v1.5, DER-coded ECDSA or Ed25519. */
  sign(request: SignRequest): Promise<Uint8Array>;
}

export interface IssuerContext extends PluginContext {
  keys: IssuerKeys;
  acme: AcmeClient;
}
