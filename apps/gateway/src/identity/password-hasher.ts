import { hash, parseOptions, verify } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import { Injectable } from '@nestjs/common';
import { LimitedConcurrency } from './limited-concurrency.js';

// OWASP Password Storage Cheat Sheet, first choice for Argon2id: 19 MiB, two passes, one lane. About 40 ms of one core.
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/**
 * Writes Argon2id, reads Argon2id and the bcrypt of older installations.
 *
 * Hashing runs in the thread pool, two at a time: file and DNS work of the process share those four threads.
 */
@Injectable()
export class PasswordHasher {
  private readonly work = new LimitedConcurrency({ running: 2, waiting: 200, what: 'password checks' });
  private decoy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.work.run(() => hash(password, parameters));
  }

  /** With null, for a user who does not exist or has no password, it takes as long as with a hash and answers false. */
  async verify(password: string, stored: string | null): Promise<boolean> {
    if (stored === null) {
      // The decoy is a hash like any other, of a value that nobody knows.
      this.decoy ??= this.hash(globalThis.crypto.randomUUID());
      const decoy = await this.decoy;
      await this.work.run(() => verify(decoy, password));
      return false;
    }
    return this.work.run(() => (isBcrypt(stored) ? verifyBcrypt(password, stored) : verifyArgon2(stored, password)));
  }

  /** True for bcrypt, and for Argon2 of other parameters: to be hashed anew when the password is at hand. */
  isOutdated(stored: string): boolean {
    if (!stored.startsWith('$argon2')) return true;
    const found = parseOptions(stored);
    return (
      !stored.startsWith('$argon2id$') ||
      found.memoryCost !== parameters.memoryCost ||
      found.timeCost !== parameters.timeCost ||
      found.parallelism !== parameters.parallelism
    );
  }
}

function isBcrypt(stored: string): boolean {
  return /^\$2[abxy]\$/.test(stored);
}

/** A stored text that is no hash matches nothing. */
async function verifyArgon2(stored: string, password: string): Promise<boolean> {
  try {
    return await verify(stored, password);
  } catch {
    return false;
  }
}
