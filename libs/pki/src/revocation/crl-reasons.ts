/** CRLReason (RFC 5280 §5.3.1); 7 is not used. */
export const crlReasonCodes = {
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
} as const;

export type CrlReasonName = keyof typeof crlReasonCodes;

const byCode = new Map<number, CrlReasonName>();
for (const name of Object.keys(crlReasonCodes)) if (isCrlReason(name)) byCode.set(crlReasonCodes[name], name);

/** `null` for a code without a name. */
export const crlReasonOf = (code: number): CrlReasonName | null => byCode.get(code) ?? null;

export function isCrlReason(name: string): name is CrlReasonName {
  return Object.hasOwn(crlReasonCodes, name);
}
