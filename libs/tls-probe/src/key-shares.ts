import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { fault } from './faults.js';

/** An ephemeral key for one group (RFC 8446 section 4.2.8). */
export interface KeyShare {
  group: number;
  publicBytes: Buffer;
  /** @throws AppError for what is no public key of the group */
  agree(theirs: Buffer): Buffer;
}

/** By their number in the registry of IANA, in the order in which they are offered. */
export const groups = { x25519: 0x001d, secp256r1: 0x0017, secp384r1: 0x0018, secp521r1: 0x0019, x448: 0x001e } as const;

/** Groups for the key exchange of TLS 1.2 alone: the server's choice is only read. */
export const namedGroups: readonly number[] = [...Object.values(groups), 0x0016, 0x001a, 0x001b, 0x001c, 0x0100, 0x0101, 0x0102];

/** A new key; null for a group that is not spoken here. */
export function keyShare(group: number): KeyShare | null {
  const curve = curves.get(group);
  if (curve !== undefined) return onCurve(group, curve);
  const kind = montgomery.get(group);
  return kind === undefined ? null : onMontgomery(group, kind);
}

const curves = new Map<number, string>([
  [groups.secp256r1, 'prime256v1'],
  [groups.secp384r1, 'secp384r1'],
  [groups.secp521r1, 'secp521r1'],
]);

/** The ASN.1 before the bytes of a public key (RFC 8410). */
const montgomery = new Map<number, { type: 'x25519' | 'x448'; prefix: Buffer }>([
  [groups.x25519, { type: 'x25519', prefix: Buffer.from('302a300506032b656e032100', 'hex') }],
  [groups.x448, { type: 'x448', prefix: Buffer.from('3042300506032b656f033900', 'hex') }],
]);

function onCurve(group: number, curve: string): KeyShare {
  const own = createECDH(curve);
  return { group, publicBytes: own.generateKeys(), agree: (theirs) => agreed(() => own.computeSecret(theirs)) };
}

function onMontgomery(group: number, { type, prefix }: { type: 'x25519' | 'x448'; prefix: Buffer }): KeyShare {
  const { publicKey, privateKey } = type === 'x25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('x448');
  return {
    group,
    publicBytes: publicKey.export({ type: 'spki', format: 'der' }).subarray(prefix.length),
    agree: (theirs) => agreed(() => diffieHellman({ privateKey, publicKey: createPublicKey({ key: Buffer.concat([prefix, theirs]), type: 'spki', format: 'der' }) })),
  };
}

function agreed(compute: () => Buffer): Buffer {
  try {
    return compute();
  } catch (error) {
    throw fault('tls.malformed', 'its key share is no key of the group', error);
  }
}
