/** The key types that a form offers; the API knows more. */
export const keyTypeChoices = [
  { value: 'ECCPRIME256V1', label: 'ECDSA P-256 (recommended)' },
  { value: 'ECCSECP384R1', label: 'ECDSA P-384' },
  { value: 'ECCSECP521R1', label: 'ECDSA P-521' },
  { value: 'RSA2048', label: 'RSA 2048' },
  { value: 'RSA3072', label: 'RSA 3072' },
  { value: 'RSA4096', label: 'RSA 4096' },
  { value: 'ED25519', label: 'Ed25519' },
];

/** How an authority with this key signs: a hash as strong as the curve. Ed25519 brings its own. */
export function signingAlgorithmOf(keyType: string) {
  if (keyType.startsWith('RSA')) return 'sha256WithRSA' as const;
  if (keyType === 'ECCSECP384R1') return 'sha384WithECDSA' as const;
  return keyType === 'ECCSECP521R1' ? ('sha512WithECDSA' as const) : ('sha256WithECDSA' as const);
}
