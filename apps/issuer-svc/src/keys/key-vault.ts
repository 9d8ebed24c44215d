import { Injectable } from '@nestjs/common';
import {
  deleteSecrets,
  exportKey,
  generateKeys,
  importKey,
  putSecrets,
  resolveSecrets,
  signStaged,
  signWithKeys,
  stageSigning,
  type KeyPurpose,
  type OutputOf,
  type RequestOf,
  type SystemPrincipal,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { Coalescer } from '@sifaka/runtime';

export interface KeyRequest {
  keyType: string;
  purpose: KeyPurpose;
  /** Subject and extensions of the request that the new key is to sign; null for none. */
  csr: { subjectDer: Uint8Array; extensionsDer: Uint8Array | null } | null;
}

export interface MadeKey {
  keyId: string;
  publicKeyDer: Buffer;
  csrDer: Buffer | null;
}

export type SignatureRequest = RequestOf<typeof signWithKeys>['requests'][number];

/** The key vault as this service uses it. What many requests ask for at once travels together, on the service's own account. */
@Injectable()
export class KeyVault {
  private readonly quick: Coalescer<KeyRequest, MadeKey>;
  private readonly signatures: Coalescer<SignatureRequest, Buffer>;

  constructor(private readonly rpc: RpcClient) {
    // Two runs at a time: one is on the wire while the next one gathers.
    this.quick = new Coalescer((keys) => this.make(keys), { maxItems: 64, maxRuns: 2 });
    this.signatures = new Coalescer((requests) => this.signAll(requests), { maxItems: 64, maxRuns: 2 });
  }

  generate(request: KeyRequest): Promise<MadeKey> {
    // An RSA key takes a hundred times as long as any other: nothing waits for it in the same batch.
    return request.keyType.startsWith('RSA') ? this.makeOne(request) : this.quick.add(request);
  }

  sign(request: SignatureRequest): Promise<Buffer> {
    return this.signatures.add(request);
  }

  /** Lays a slice by of what is longer than a message. */
  async stage(stageId: string, position: number, bytes: Uint8Array): Promise<void> {
    await this.rpc.call(stageSigning, { stageId, position, bytes: base64(bytes) }, asService);
  }

  async signStaged(request: RequestOf<typeof signStaged>): Promise<Buffer> {
    return Buffer.from((await this.rpc.call(signStaged, request, asService)).signature, 'base64');
  }

  import(pkcs8Der: Uint8Array, purpose: KeyPurpose): Promise<OutputOf<typeof importKey>> {
    return this.rpc.call(importKey, { pkcs8Der: base64(pkcs8Der), purpose });
  }

  /** As the caller in progress, whom the key vault writes down. */
  async export(keyId: string, reason: 'key_view' | 'export', objectName: string): Promise<Buffer> {
    const { pkcs8Der } = await this.rpc.call(exportKey, { keyId, reason, objectName });
    return Buffer.from(pkcs8Der, 'base64');
  }

  async putSecrets(secrets: { value: string; label: string }[]): Promise<string[]> {
    return secrets.length === 0 ? [] : (await this.rpc.call(putSecrets, { secrets })).refs;
  }

  async deleteSecrets(refs: string[]): Promise<void> {
    if (refs.length > 0) await this.rpc.call(deleteSecrets, { refs }, asService);
  }

  async resolveSecrets(refs: string[]): Promise<string[]> {
    return refs.length === 0 ? [] : (await this.rpc.call(resolveSecrets, { refs }, asService)).values;
  }

  private async makeOne(request: KeyRequest): Promise<MadeKey> {
    const [made] = await this.make([request]);
    if (made === undefined) throw new Error('the key vault answered without a key');
    return made;
  }

  private async make(requests: readonly KeyRequest[]): Promise<MadeKey[]> {
    const keys = requests.map(({ keyType, purpose, csr }) => ({
      keyType,
      purpose,
      csr: csr === null ? null : { subjectDer: base64(csr.subjectDer), extensionsDer: csr.extensionsDer === null ? null : base64(csr.extensionsDer) },
    }));
    const answer = await this.rpc.call(generateKeys, { keys }, asService);
    return answer.keys.map(({ keyId, publicKeyDer, csrDer }) => ({
      keyId,
      publicKeyDer: Buffer.from(publicKeyDer, 'base64'),
      csrDer: csrDer === null ? null : Buffer.from(csrDer, 'base64'),
    }));
  }

  private async signAll(requests: readonly SignatureRequest[]): Promise<Buffer[]> {
    const { signatures } = await this.rpc.call(signWithKeys, { requests: [...requests] }, asService);
    return signatures.map((signature) => Buffer.from(signature, 'base64'));
  }
}

const self: SystemPrincipal = { kind: 'system', service: 'issuer' };
/** A batch serves several callers: none of them is the one who asks. */
const asService = { principal: self };

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
