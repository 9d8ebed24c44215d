import { hash } from 'node:crypto';
// eslint-disable-next-line no-restricted-imports -- only to let others run: a million rounds in one go would hold the event loop for a second
import { setImmediate } from 'node:timers/promises';
import { malformed } from '../../invalid.js';
import { containerLimits } from '../container-limits.js';
import { utf16be } from '../passphrase.js';
import type { IterationBudget } from './iteration-budget.js';

/** What the derived bytes are for (RFC 7292 appendix B.3). */
export const kdfPurpose = { key: 1, iv: 2, mac: 3 } as const;

export interface Pkcs12KdfInput {
  hash: 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
  /** As `bmpPassphrase` makes it. */
  passphrase: Uint8Array;
  salt: Uint8Array;
  iterations: number;
  purpose: (typeof kdfPurpose)[keyof typeof kdfPurpose];
  length: number;
}

/** BMPString with its two-byte end (RFC 7292 appendix B.1); characters outside the plane as surrogates, as OpenSSL and Java do it. */
export const bmpPassphrase = (passphrase: string): Buffer => Buffer.concat([utf16be(passphrase), Buffer.alloc(2)]);

/** Rounds between two breaths of the event loop: about two milliseconds. */
const roundsPerTurn = 2_048;

/** Derives key material from a passphrase (RFC 7292 appendix B.2). */
export async function pkcs12Kdf(input: Pkcs12KdfInput, budget: IterationBudget): Promise<Buffer> {
  if (input.salt.length > containerLimits.saltBytes) throw malformed(`the salt has more than ${containerLimits.saltBytes} bytes`);
  const blockSize = input.hash === 'sha384' || input.hash === 'sha512' ? 128 : 64;
  const diversifier = Buffer.alloc(blockSize, input.purpose);
  const state = Buffer.concat([fill(input.salt, blockSize), fill(input.passphrase, blockSize)]);

  const blocks: Buffer[] = [];
  for (let made = 0; made < input.length; ) {
    budget.spend(input.iterations);
    const block = await iterate(input.hash, Buffer.concat([diversifier, state]), input.iterations);
    blocks.push(block);
    made += block.length;
    addToBlocks(state, fill(block, blockSize).subarray(0, blockSize), blockSize);
  }
  return Buffer.concat(blocks).subarray(0, input.length);
}

async function iterate(algorithm: string, start: Buffer, rounds: number): Promise<Buffer> {
  let digest = hash(algorithm, start, 'buffer');
  for (let round = 1; round < rounds; round++) {
    if (round % roundsPerTurn === 0) await setImmediate();
    digest = hash(algorithm, digest, 'buffer');
  }
  return digest;
}

/** Repeats the bytes up to the next multiple of the block size; nothing stays nothing. */
function fill(bytes: Uint8Array, blockSize: number): Buffer {
  const length = Math.ceil(bytes.length / blockSize) * blockSize;
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, bytes);
}

/** Adds `addend` + 1 to each block of the state, as big-endian numbers without the last carry. */
function addToBlocks(state: Buffer, addend: Buffer, blockSize: number): void {
  for (let start = 0; start < state.length; start += blockSize) {
    let carry = 1;
    for (let index = blockSize - 1; index >= 0; index--) {
      carry += (state[start + index] ?? 0) + (addend[index] ?? 0);
      state[start + index] = carry & 0xff;
      carry >>= 8;
    }
  }
}
