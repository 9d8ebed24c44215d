import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { newId } from '@sifaka/kernel';
import { signingSliceBytes } from '@sifaka/contracts';
import { Injectable } from '@nestjs/common';
import { KeyVault } from '../keys/key-vault.js';
import { hashOf, type PublishingAuthority } from './publication.js';

/** Has the key vault sign what is longer than a message of the bus. */
@Injectable()
export class SignLong {
  constructor(private readonly keys: KeyVault) {}

  async crl(authority: PublishingAuthority, tbs: Buffer): Promise<Buffer> {
    const stageId = newId();
    const hash = createHash('sha256');
    const slices = slicesOf(tbs, signingSliceBytes);
    for (const [position, bytes] of slices.entries()) {
      hash.update(bytes);
      await this.keys.stage(stageId, position, bytes);
    }
    return this.keys.signStaged({ stageId, slices: slices.length, sha256: hash.digest('hex'), keyId: authority.keyId, hash: hashOf(authority), purpose: 'crl', actor: null });
  }
}

export function slicesOf(bytes: Buffer, size: number): Buffer[] {
  const slices: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += size) slices.push(bytes.subarray(start, start + size));
  return slices;
}

/** SHA-256 in hex, with pauses in which others have their turn. */
export async function sha256Of(slices: readonly Buffer[]): Promise<string> {
  const hash = createHash('sha256');
  for (const slice of slices) {
    hash.update(slice);
    await setImmediate();
  }
  return hash.digest('hex');
}
