import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { signingSliceBytes, type InputOf, type OutputOf, type signStaged, type stageSigning } from '@sifaka/contracts';
import { Job, type CallContext } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import { entryOf, prepareSignature } from './prepare-signature.js';
import { signOnPool } from './sign-bytes.js';
import { SigningJournal } from './signing-journal.repository.js';
import { SigningKeys } from './signing-keys.js';
import { StagedSlices } from './staged-slices.repository.js';

/** Signs what is longer than a message: a revocation list of a hundred thousand entries has five megabytes. */
@Injectable()
export class SignStaged {
  constructor(
    private readonly keys: SigningKeys,
    private readonly journal: SigningJournal,
    private readonly slices: StagedSlices,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws AppError `already_exists` for other bytes in the same place, `invalid_argument` */
  async stage({ stageId, position, bytes }: InputOf<typeof stageSigning>, { caller }: CallContext): Promise<OutputOf<typeof stageSigning>> {
    const slice = Buffer.from(bytes, 'base64');
    if (slice.length === 0 || slice.length > signingSliceBytes) throw refusal(`bytes: a slice has 1 to ${signingSliceBytes} bytes, this one has ${slice.length}`);
    if (await this.slices.add({ caller, stageId, position }, slice)) return {};
    throw new AppError('already_exists', `slice ${position} of ${stageId} has other bytes already`, { reason: 'signature.slice_taken' });
  }

  /** @throws AppError `not_found` (key, slice), `failed_precondition` for bytes with another digest, `invalid_argument` */
  async sign(input: InputOf<typeof signStaged>, { caller, principal }: CallContext): Promise<OutputOf<typeof signStaged>> {
    const { stageId, keyId, purpose, hash } = input;
    const key = (await this.keys.get(new Set([keyId]), caller)).get(keyId);
    const { tbs, digest } = await this.gather(input, caller);
    const job = prepareSignature({ keyId, purpose, hash, serialHex: null, subjectKeyId: null }, tbs, key, 'stageId');
    const signature = await signOnPool(job.digest, tbs, job.key.key);
    const actor = principal.kind === 'user' ? principal.email : principal.service;
    const entry = entryOf(job, signature, caller, input.actor ?? actor, digest);
    // A list made every minute must not fill the journal: the digest says which bytes it was, and whoever has them can prove it.
    if (job.key.purpose === 'authority') await this.journal.add([tbs.length > journalledBytes ? { ...entry, tbs: Buffer.alloc(0) } : entry]);
    await this.slices.remove(caller, stageId);
    return { signature: signature.toString('base64') };
  }

  /** What was never signed: whoever laid it by is gone. */
  @Job('remove-staged-slices', { cron: '*/10 * * * *', timeLimitMs: 60_000 })
  async sweep(): Promise<void> {
    const count = await this.slices.removeOlderThan(keptMs);
    if (count > 0) this.logger.info({ count }, 'slices that nobody had signed were removed');
  }

  /** Slice by slice: a hash over everything at once would hold up whoever waits for a certificate. */
  private async gather({ stageId, slices, sha256 }: InputOf<typeof signStaged>, caller: string): Promise<{ tbs: Buffer; digest: Buffer }> {
    const hash = createHash('sha256');
    const parts: Buffer[] = [];
    for (let position = 0; position < slices; position += 1) {
      const bytes = await this.slices.read({ caller, stageId, position });
      if (bytes === null) throw new AppError('not_found', `slice ${position} of ${stageId} is not here`, { reason: 'signature.slice_missing' });
      hash.update(bytes);
      parts.push(bytes);
    }
    const digest = hash.digest();
    if (digest.toString('hex') === sha256) return { tbs: Buffer.concat(parts), digest };
    throw new AppError('failed_precondition', `the slices of ${stageId} are not the bytes that were announced`, { reason: 'signature.other_bytes' });
  }
}

/** Longer ones are journalled by their digest. */
const journalledBytes = 64 * 1_024;
const keptMs = 60 * 60_000;

const refusal = (message: string): AppError => new AppError('invalid_argument', message, { reason: 'signature.refused', fields: [{ path: 'bytes', message }] });
