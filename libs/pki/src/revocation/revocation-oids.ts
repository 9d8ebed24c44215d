/** Extensions of CRLs and their entries (RFC 5280 §5.2, §5.3). */
export const crlOids = {
  crlNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCrlIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  freshestCrl: '2.5.29.46',
} as const;

/** RFC 6960 §4. */
export const ocspOids = {
  basicResponse: '1.3.6.1.5.5.7.48.1.1',
  nonce: '1.3.6.1.5.5.7.48.1.2',
  noCheck: '1.3.6.1.5.5.7.48.1.5',
  extendedRevoke: '1.3.6.1.5.5.7.48.1.9',
  /** Purpose of a delegated responder's certificate. */
  signing: '1.3.6.1.5.5.7.3.9',
} as const;
