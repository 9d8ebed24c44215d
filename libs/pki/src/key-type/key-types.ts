/** How a key of a type is generated; `curve` is OpenSSL's name (`namedCurve` of node:crypto), `bits` the strength shown. */
export type KeyTypeSpec =
  | { readonly kind: 'rsa'; readonly bits: number; readonly publicExponent: 65537 }
  | { readonly kind: 'ec'; readonly curve: string; readonly curveOid: string; readonly bits: number }
  | { readonly kind: 'ed25519'; readonly bits: 256 };

const rsa = (bits: number): KeyTypeSpec => ({ kind: 'rsa', bits, publicExponent: 65537 });
const ec = (curve: string, curveOid: string, bits: number): KeyTypeSpec => ({ kind: 'ec', curve, curveOid, bits });

/** Every accepted key type name; aliases of one curve share its parameters. */
export const keyTypes = {
  RSA2048: rsa(2048),
  RSA3072: rsa(3072),
  RSA4096: rsa(4096),
  ECCPRIME192V1: ec('prime192v1', '1.2.840.10045.3.1.1', 192),
  ECCPRIME256V1: ec('prime256v1', '1.2.840.10045.3.1.7', 256),
  ECCSECP192R1: ec('prime192v1', '1.2.840.10045.3.1.1', 192),
  ECCSECP224R1: ec('secp224r1', '1.3.132.0.33', 224),
  ECCSECP256R1: ec('prime256v1', '1.2.840.10045.3.1.7', 256),
  ECCSECP384R1: ec('secp384r1', '1.3.132.0.34', 384),
  ECCSECP521R1: ec('secp521r1', '1.3.132.0.35', 521),
  ECCSECP256K1: ec('secp256k1', '1.3.132.0.10', 256),
  ECCSECT163K1: ec('sect163k1', '1.3.132.0.1', 163),
  ECCSECT233K1: ec('sect233k1', '1.3.132.0.26', 233),
  ECCSECT283K1: ec('sect283k1', '1.3.132.0.16', 283),
  ECCSECT409K1: ec('sect409k1', '1.3.132.0.36', 409),
  ECCSECT571K1: ec('sect571k1', '1.3.132.0.38', 571),
  ECCSECT163R2: ec('sect163r2', '1.3.132.0.15', 163),
  ECCSECT233R1: ec('sect233r1', '1.3.132.0.27', 233),
  ECCSECT283R1: ec('sect283r1', '1.3.132.0.17', 283),
  ECCSECT409R1: ec('sect409r1', '1.3.132.0.37', 409),
  ECCSECT571R2: ec('sect571r1', '1.3.132.0.39', 571),
  ED25519: { kind: 'ed25519', bits: 256 },
} as const satisfies Record<string, KeyTypeSpec>;

export type KeyType = keyof typeof keyTypes;

export const isKeyType = (name: string): name is KeyType => Object.hasOwn(keyTypes, name);

/** All names, in the order of the table. */
export const keyTypeNames: readonly KeyType[] = Object.keys(keyTypes).filter(isKeyType);

/** OpenSSL's curve name, `null` for types that are not EC. */
export function nodeCurveName(type: KeyType): string | null {
  const spec: KeyTypeSpec = keyTypes[type];
  return spec.kind === 'ec' ? spec.curve : null;
}

/** Whether two names mean the same kind of key (`ECCPRIME256V1` and `ECCSECP256R1` do). */
export function isSameKeyType(a: KeyType, b: KeyType): boolean {
  const [first, second]: readonly KeyTypeSpec[] = [keyTypes[a], keyTypes[b]];
  return first?.kind === second?.kind && first?.bits === second?.bits && nodeCurveName(a) === nodeCurveName(b);
}
