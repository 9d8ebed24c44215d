import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { SignaturePurpose } from '@sifaka/contracts';
import { Database, type NamedStatement } from '@sifaka/database';
import { Coalescer } from '../coalescer.js';

export interface JournalEntry {
  readonly keyId: string;
  readonly purpose: SignaturePurpose;
  /** In the form of `normalSerial`. */
  readonly serialHex: string | null;
  readonly subjectKeyId: string | null;
  readonly tbs: Buffer;
  readonly tbsSha256: Buffer;
  readonly signature: Buffer | null;
  readonly caller: string;
  readonly actor: string;
}

export interface JournalledSignature {
  readonly sequence: number;
  readonly keyId: string;
  readonly purpose: SignaturePurpose;
  readonly serialHex: string | null;
  readonly subjectKeyId: string | null;
  readonly tbs: Buffer;
  readonly signature: Buffer | null;
  readonly signedAt: Date;
}

/** Every signature of an authority, in order, for good. */
@Injectable()
export class SigningJournal {
  private readonly writes = new Coalescer<JournalEntry, boolean>((entries) => this.insert(entries), {
    rows: 512,
    lanes: 3,
    waiting: 20_000,
  });

  constructor(private readonly database: Database) {}

  /**
   * Returns when the entries are on disk, written in one statement with those of other callers at the same moment.
   *
   * @throws AppError `already_exists` when a key has given a serial number before
   */
  async add(entries: readonly JournalEntry[]): Promise<void> {
    const isNew = await this.writes.add(entries);
    const known = entries.find((_, index) => isNew[index] !== true);
    if (known === undefined) return;
    throw new AppError('already_exists', `key ${known.keyId} has signed a certificate with serial number ${known.serialHex ?? ''} before`, {
      reason: 'signature.serial_used',
    });
  }

  list(caller: string, afterSequence: number, olderThanMs: number, limit: number): Promise<JournalledSignature[]> {
    return this.database.query<JournalledSignature>(listSignatures, [caller, afterSequence, olderThanMs, limit]);
  }

  private async insert(entries: readonly JournalEntry[]): Promise<boolean[]> {
    const added = await this.database.query<{ serial: string | null }>(insertEntries, [
      entries.map(({ keyId }) => keyId),
      entries.map(({ purpose }) => purpose),
      entries.map(({ serialHex }) => serialHex),
      entries.map(({ subjectKeyId }) => subjectKeyId),
      entries.map(({ tbs }) => tbs),
      entries.map(({ tbsSha256 }) => tbsSha256),
      entries.map(({ signature }) => signature),
      entries.map(({ caller }) => caller),
      entries.map(({ actor }) => actor),
    ]);
    if (added.length === entries.length) return entries.map(() => true);
    const left = new Set(added.map(({ serial }) => serial));
    // Each name is given once: of two entries that claim it in one statement, the first has it.
    return entries.map((entry) => (entry.purpose !== 'certificate' && entry.purpose !== 'ssh') || left.delete(`${entry.keyId} ${entry.serialHex ?? ''}`));
  }
}

// A taken serial number must not undo the entries of other callers in the same statement.
const insertEntries: NamedStatement = {
  name: 'insert-signatures',
  text: `
    insert into signing_journal (key_id, purpose, serial_hex, subject_key_id, tbs, tbs_sha256, signature, caller, actor, signed_at)
    select row.*, clock_timestamp()
    from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::bytea[], $6::bytea[], $7::bytea[], $8::text[], $9::text[]) as row
    on conflict (key_id, serial_hex) where purpose in ('certificate', 'ssh') do nothing
    returning key_id::text || ' ' || serial_hex as serial`,
};

const listSignatures: NamedStatement = {
  name: 'list-signatures',
  text: `
    select sequence, key_id as "keyId", purpose, serial_hex as "serialHex", subject_key_id as "subjectKeyId", tbs, signature, signed_at as "signedAt"
    from signing_journal where caller = $1 and sequence > $2 and signed_at < clock_timestamp() - $3 * interval '1 millisecond'
    order by sequence limit $4`,
};
