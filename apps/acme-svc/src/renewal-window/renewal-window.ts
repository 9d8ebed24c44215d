/** A certificate whose renewal information (RFC 9773) is looked after. */
export interface NewWindow {
  readonly fingerprintSha256: string;
  readonly pendingCertificateId: number;
  readonly authority: string;
  /** RFC 9773 section 4.1. */
  readonly certificateId: string;
  readonly notAfter: Date;
}
