/** How an ACME order is to be carried out. */
export interface AcmeOrderTerms {
  /** `auto` decides for each name: DNS-01 where a DNS provider serves its zone and for wildcards, else HTTP-01. */
  challenge: 'dns-01' | 'http-01' | 'auto';
  /** Common name of an issuer that the wanted chain contains; the CA's default chain when none does. */
  preferredIssuer: string | null;
  dropsLastCertificate: boolean;
  /** Name of a certificate profile that the CA offers (draft-ietf-acme-profiles). */
  profile: string | null;
  /** Label or id of the destination that HTTP-01 tokens are put to; null: the platform answers itself. */
  tokenDestination: string | null;
}

/** Account of an authority at its ACME CA. */
export interface AcmeAccountSettings {
  /** Name of the authority: an account belongs to one. Null: nothing is opened, but directory and options are looked at. */
  authority: string | null;
  directoryUrl: string;
  email: string | null;
  caPem: string | null;
  isVerified: boolean;
  /** External account binding (RFC 8555 section 7.3.4): key identifier and base64url HMAC key. */
  eab: { kid: string; hmacKey: string } | null;
  /** JWK and registration JSON (`uri`) of an account that exists already. */
  existing: { privateKeyJwk: string; registration: string | null } | null;
}

export interface AcmeAccount {
  /** Blank where nothing was opened. */
  accountUrl: string;
  status: string;
  /** Profile name → what the CA says of it. */
  profiles: Record<string, string>;
}

/** What the platform's ACME service does for issuer plugins: it owns accounts and orders, an issuer says which. */
export interface AcmeClient {
  /**
   * Makes the account, or finds it; repeating it changes nothing but the contact.
   *
   * @throws AppError `failed_precondition` that says which setting the CA refused, `upstream_failed` and the like for the CA's faults
   */
  openAccount(settings: AcmeAccountSettings): Promise<AcmeAccount>;
  /**
   * RFC 8555 section 7.6: signed by the account, else by the certificate's own key where the key vault has it.
   *
   * @param reason RFC 5280 section 5.3.1 in its ASN.1 spelling
   */
  revoke(request: { authority: string; certificateDer: Uint8Array; reason: string }): Promise<void>;
}
