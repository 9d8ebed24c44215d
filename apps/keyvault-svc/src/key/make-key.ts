import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { isKeyType, keyTypes, offeredKeyTypes, type KeyType, type KeyTypeSpec } from '@sifaka/pki';
import { generateEc, generateEd25519, generateP256, type KeyMaterial } from './key-material.js';
import { RsaGenerator } from './rsa-generator.js';

/** The caller, as long as it waits. */
interface Waiting {
  signal: AbortSignal;
  patienceMs: number;
}

/** Makes one key of any type that the running OpenSSL offers. */
@Injectable()
export class MakeKey {
  constructor(private readonly rsa: RsaGenerator) {}

  /**
   * @param mustSign the key has to sign something at once: `privateKey` is set
   * @throws AppError `rate_limited` when too many RSA keys are being made
   */
  run(type: KeyType, mustSign: boolean, { signal, patienceMs }: Waiting): KeyMaterial | Promise<KeyMaterial> {
    const spec: KeyTypeSpec = keyTypes[type];
    if (spec.kind === 'rsa') return this.rsa.generate(spec.bits, signal, patienceMs);
    if (spec.kind === 'ed25519') return generateEd25519();
    return spec.curve === 'prime256v1' ? generateP256({ mustSign }) : generateEc(spec.curve);
  }
}

/** @throws AppError `invalid_argument` that names the type and those that there are */
export function offeredKeyType(name: string, field: string): KeyType {
  if (isKeyType(name) && offeredKeyTypes().includes(name)) return name;
  const message = `"${name}" is not a key type that can be generated here; there are ${offeredKeyTypes().join(', ')}`;
  throw new AppError('invalid_argument', `${field}: ${message}`, { reason: 'key.type_not_offered', fields: [{ path: field, message }] });
}
