import { Injectable } from '@nestjs/common';
import {
  deleteKeys,
  deleteSecrets,
  generateKeys,
  importKey,
  listKeys,
  putSecrets,
  resolveSecrets,
  signWithKeys,
  type RequestOf,
  type SystemPrincipal,
} from '@sifaka/contracts';
import { AppError, isAppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { Coalescer } from '@sifaka/runtime';
import { jwsSignature, publicKeyFrom } from '../protocol/jwk.js';
import type { JwsKey } from '../protocol/jws.js';

/** A key in the key vault. */
export interface VaultKey {
  readonly keyId: string;
  /** SubjectPublicKeyInfo. */
  readonly spki: Buffer;
}

type SignatureRequest = RequestOf<typeof signWithKeys>['requests'][number];

/** The key vault as ACME needs it: keys of accounts, and what signs with them. */
@Injectable()
export class AccountKeys {
  private readonly signatures: Coalescer<SignatureRequest, Buffer>;

  constructor(private readonly rpc: RpcClient) {
    // Two hundred orders sign at once: what arrives while one question is on its way goes together.
    this.signatures = new Coalescer((requests) => this.signAll(requests), { maxItems: 64, maxRuns: 2 });
  }

  /** P-256: every CA takes it, and its signatures are the cheapest. */
  async generate(): Promise<VaultKey> {
    const { keys } = await this.rpc.call(generateKeys, { keys: [{ keyType: 'ECCPRIME256V1', purpose: 'account' }] }, asService);
    const [key] = keys;
    if (key === undefined) throw new Error('the key vault answered without a key');
    return { keyId: key.keyId, spki: Buffer.from(key.publicKeyDer, 'base64') };
  }

  async import(pkcs8Der: Buffer): Promise<VaultKey> {
    const { keyId, publicKeyDer } = await this.rpc.call(importKey, { pkcs8Der: pkcs8Der.toString('base64'), purpose: 'account' });
    return { keyId, spki: Buffer.from(publicKeyDer, 'base64') };
  }

  /** @param purpose `revocation` for the key of a certificate, which belongs to issuer-svc */
  jwsKey({ keyId, spki }: VaultKey, purpose: 'account' | 'revocation' = 'account'): JwsKey {
    const { jwk, algorithm } = publicKeyFrom(spki);
    return {
      jwk,
      algorithm,
      sign: async (input) => {
        const request = { keyId, tbsDer: input.toString('base64'), hash: algorithm.hash, purpose, serialHex: null, subjectKeyId: null };
        return jwsSignature(algorithm, await this.sign(request));
      },
    };
  }

  async delete(keyIds: string[]): Promise<void> {
    if (keyIds.length > 0) await this.rpc.call(deleteKeys, { keyIds }, asService);
  }

  /** Keys of accounts that were made a while ago, in their order, from one sequence number on. */
  async list(afterSequence: number, olderThanMs: number, limit: number) {
    return (await this.rpc.call(listKeys, { afterSequence, olderThanMs, limit }, asService)).keys;
  }

  async keepSecret(value: string, label: string): Promise<string> {
    const { refs } = await this.rpc.call(putSecrets, { secrets: [{ value, label }] }, asService);
    const [ref] = refs;
    if (ref === undefined) throw new Error('the key vault answered without a reference');
    return ref;
  }

  async readSecret(ref: string): Promise<string> {
    const { values } = await this.rpc.call(resolveSecrets, { refs: [ref] }, asService);
    return values[0] ?? '';
  }

  async forgetSecret(ref: string | null): Promise<void> {
    if (ref !== null) await this.rpc.call(deleteSecrets, { refs: [ref] }, asService);
  }

  private async sign(request: SignatureRequest): Promise<Buffer> {
    try {
      return await this.signatures.add(request);
    } catch (error) {
      // Not the CA's "not found": the key was changed while this request was being made.
      if (isAppError(error) && error.code === 'not_found') throw new AppError('unavailable', 'the key that was to sign is not in the key vault any more', { reason: 'acme.key_gone' });
      throw error;
    }
  }

  private async signAll(requests: readonly SignatureRequest[]): Promise<Buffer[]> {
    const { signatures } = await this.rpc.call(signWithKeys, { requests: [...requests] }, asService);
    return signatures.map((signature) => Buffer.from(signature, 'base64'));
  }
}

const self: SystemPrincipal = { kind: 'system', service: 'acme' };
/** A batch serves several callers: none of them is the one who asks. */
const asService = { principal: self };
