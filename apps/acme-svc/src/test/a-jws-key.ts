import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto';
import { jwsSignature, publicKeyFrom } from '../protocol/jwk.js';
import type { JwsKey } from '../protocol/jws.js';

/** A key in this process, that signs as the key vault does. */
export function aJwsKey(privateJwk?: JsonWebKey): JwsKey {
  const key = privateJwk === undefined ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey : createPrivateKey({ key: privateJwk, format: 'jwk' });
  const { jwk, algorithm } = publicKeyFrom(createPublicKey(key));
  return { jwk, algorithm, sign: async (input) => jwsSignature(algorithm, sign(algorithm.hash, input, key)) };
}
