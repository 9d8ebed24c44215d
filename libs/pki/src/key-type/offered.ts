import { createECDH } from 'node:crypto';
import { keyTypeNames, nodeCurveName, type KeyType } from './key-types.js';

let remembered: readonly KeyType[] | undefined;

/** Key types that the running OpenSSL really computes with (the public point of the private key 1, tried once for each curve, then remembered). */
export function offeredKeyTypes(): readonly KeyType[] {
  remembered ??= keyTypeNames.filter((type) => canGenerate(nodeCurveName(type)));
  return remembered;
}

// A curve can be listed by getCurves() and still be refused (FIPS providers, distributions without binary curves).
function canGenerate(namedCurve: string | null): boolean {
  if (namedCurve === null) return true;
  try {
    const exchange = createECDH(namedCurve);
    exchange.setPrivateKey(Buffer.of(1));
    return exchange.getPublicKey().length > 0;
  } catch {
    return false;
  }
}
