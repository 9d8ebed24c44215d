import type { CertificateFacts, CsrFacts, ExtensionRequest, HashName, Name, SshCriticalOptions, SubjectParts } from '@sifaka/pki';
import type { AllowedDomains } from '../allowed-domains.js';

/** What is asked for, after the installation's subject defaults. */
export interface IssuanceAsk {
  kind: 'leaf' | 'ca';
  commonName: string;
  /** Without the common name. */
  subject: Omit<SubjectParts, 'commonName'>;
  /** Subject and names of a certificate that is renewed: taken as they are, whatever stands beside them. */
  renewedSubject?: Name;
  keyType: string;
  csr: CsrFacts | null;
  extensions: ExtensionRequest;
  validityStart: Date | null;
  validityEnd: Date | null;
  /** Calendar years from now; wins over the dates unless zero. */
  validityYears: number | null;
  /** What only an SSH authority understands; null for none. */
  ssh: SshAsk | null;
  /** `sha256`, or one of Lemur's names such as `SHA384withECDSA`; null for what fits the issuing key. */
  signingAlgorithm: string | null;
}

/** What may be asked of an SSH authority beside names and validity. */
export interface SshAsk {
  principals?: readonly string[] | undefined;
  keyId?: string | undefined;
  criticalOptions?: SshCriticalOptions | undefined;
  extensions?: readonly string[] | undefined;
}

/** The authority that is to sign. */
export interface IssuingAuthority {
  /** What it issues: each format has rules of its own. */
  format: 'x509' | 'openssh';
  name: string;
  active: boolean;
  cnOptional: boolean;
  defaultValidityDays: number;
  keyType: string | null;
  /** Within which it issues. */
  validity: { notBefore: Date; notAfter: Date } | null;
  /** Its own certificate, then its issuers up to the root; empty for one without X.509 certificate. */
  chain: readonly CertificateFacts[];
}

/** What will be issued if the policy lets it pass. */
export interface IssuanceDraft {
  commonName: string | null;
  subject: Name;
  extensions: ExtensionRequest;
  keyType: string;
  hash: HashName | null;
  /** Before they were fitted into the authority's own validity. */
  asked: { start: Date; end: Date };
  notBefore: Date;
  notAfter: Date;
  /** Of an SSH certificate; null for all others. */
  ssh: SshDraft | null;
}

export interface SshDraft {
  /** By extended key usage; null for neither or both. */
  kind: 'user' | 'host' | null;
  /** Hosts: the common name and all DNS and IP names. Users: those that were asked for. */
  principals: readonly string[];
  keyId: string | null;
  criticalOptions: SshCriticalOptions;
  extensions: readonly string[] | null;
  isValidityAsked: boolean;
}

/** All that the issuance policy decides on. */
export interface IssuanceInput {
  ask: IssuanceAsk;
  draft: IssuanceDraft;
  /** Null for a root. */
  authority: IssuingAuthority | null;
  caller: {
    /** Bound neither by allowed domains nor by sensitive names. */
    entersAnyDomain: boolean;
    isAdmin: boolean;
  };
  allowedDomains: AllowedDomains;
  /** Those among `checkedNames(draft)` that are marked as sensitive, in lower case. */
  sensitiveNames: ReadonlySet<string>;
  allowWeekendExpiration: boolean;
  /** Key types that can be made here. */
  offeredKeyTypes: readonly string[];
}
