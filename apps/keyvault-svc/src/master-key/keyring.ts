import { AppError } from '@sifaka/kernel';
import type { MasterKey } from './master-key.js';

/** The master keys of this process: the first one writes, all read. */
export class Keyring {
  readonly writing: MasterKey;
  private readonly keys = new Map<string, MasterKey>();

  constructor(keys: readonly MasterKey[]) {
    const [first] = keys;
    if (first === undefined) throw new AppError('failed_precondition', 'no master key is given', { reason: 'master_key.missing' });
    this.writing = first;
    for (const key of keys) this.keys.set(key.fingerprint, key);
  }

  get(fingerprint: string): MasterKey | undefined {
    return this.keys.get(fingerprint);
  }

  get fingerprints(): string[] {
    return [...this.keys.keys()];
  }
}
