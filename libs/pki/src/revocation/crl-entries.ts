import { decodeTime } from '../der/der-time.js';
import { DerReader, decodeInteger } from '../der/der-reader.js';
import { integerContent } from '../der/der-writer.js';
import { decodeOidContent } from '../der/oid.js';
import { tags } from '../der/tag.js';
import { malformed } from '../invalid.js';
import { indexBytes, SerialIndex } from './crl-serial-index.js';
import { crlReasonOf, type CrlReasonName } from './crl-reasons.js';
import { DerWalk } from './der-walk.js';
import { revocationLimits } from './revocation-limits.js';
import { crlOids } from './revocation-oids.js';
import { atOnce, entriesOfStep, type Steps } from './steps.js';

/** One revoked certificate as a list names it. */
export interface CrlEntry {
  readonly serial: bigint;
  readonly revokedAt: Date;
  /** `null` where the list names none: RFC 5280 §5.3.1 reads that as unspecified. */
  readonly reason: CrlReasonName | null;
  readonly invalidityDate: Date | null;
}

/** The entries of a list, left where they are in its bytes. Costs 8 to 16 bytes of memory an entry from the first `find` on. */
export class CrlEntries implements Iterable<CrlEntry> {
  readonly count: number;
  /** Memory of the index, in bytes, whether it is made already or not. */
  readonly indexBytes: number;
  /** Critical extensions of entries that nobody here understands: the list must not be used then (RFC 5280 §5.3). */
  readonly unknownCritical: readonly string[];
  /** An entry names an issuer of its own: the list is an indirect one. */
  readonly hasOtherIssuers: boolean;
  private index: SerialIndex | undefined;

  private constructor(
    private readonly bytes: Buffer,
    private readonly start: number,
    private readonly end: number,
    scan: EntryScan,
  ) {
    this.count = scan.count;
    this.indexBytes = scan.count === 0 ? 0 : indexBytes(scan.count);
    this.unknownCritical = [...scan.unknownCritical];
    this.hasOtherIssuers = scan.hasOtherIssuers;
  }

  /** Looks at the frame of every entry, some thousand at a step. @throws AppError `invalid_argument` */
  static *read(bytes: Buffer, start: number, end: number): Steps<CrlEntries> {
    const scan = new EntryScan(bytes);
    for (let offset = start; offset < end; ) {
      offset = scan.entry(offset, end);
      if (scan.count % entriesOfStep === 0) yield;
    }
    return new CrlEntries(bytes, start, end, scan);
  }

  /** The entry of a serial number, `null` for none. The first call makes an index, unless `prepare` has made it: 0.1 s for a million entries. */
  find(serial: bigint): CrlEntry | null {
    if (this.count === 0) return null;
    this.index ??= atOnce(SerialIndex.of(this.bytes, this.start, this.end, this.count));
    const offset = this.index.find(integerContent(serial));
    return offset === null ? null : this.entryAt(offset);
  }

  /** Makes the index, some thousand entries at a step. */
  *prepare(): Steps<void> {
    if (this.count > 0) this.index ??= yield* SerialIndex.of(this.bytes, this.start, this.end, this.count);
  }

  *[Symbol.iterator](): Iterator<CrlEntry> {
    const walk = new DerWalk(this.bytes);
    for (let offset = this.start; offset < this.end; offset = walk.at(offset, this.end)) yield this.entryAt(offset);
  }

  private entryAt(offset: number): CrlEntry {
    const walk = new DerWalk(this.bytes);
    const reader = new DerReader(this.bytes.subarray(offset, walk.at(offset, this.end))).enter();
    const serial = decodeInteger(reader.read(tags.integer).content);
    const revokedAt = reader.time();
    let reason: CrlReasonName | null = null;
    let invalidityDate: Date | null = null;
    const list = reader.enterOptional(tags.sequence);
    while (list && !list.isAtEnd) {
      const extension = list.enter();
      const dotted = extension.oid();
      extension.optional(tags.boolean);
      const value = extension.inside(extension.octetString());
      if (dotted === crlOids.reasonCode) reason = crlReasonOf(Number(decodeInteger(value.read(tags.enumerated).content)));
      else if (dotted === crlOids.invalidityDate) {
        const time = value.next();
        invalidityDate = decodeTime(time.tag, time.content);
      }
    }
    return { serial, revokedAt, reason, invalidityDate };
  }
}

const knownOids: readonly string[] = [crlOids.reasonCode, crlOids.invalidityDate, crlOids.certificateIssuer];
/** Content octets of 2.5.29.x. */
const reasonCodeArc = 0x15;
/** So many are named; one is enough to refuse a list. */
const namedExtensions = 10;

const isPadding = (first = 0, second = 0): boolean => (first === 0 && second < 0x80) || (first === 0xff && second >= 0x80);

class EntryScan {
  count = 0;
  readonly unknownCritical = new Set<string>();
  hasOtherIssuers = false;
  private readonly walk: DerWalk;

  constructor(private readonly bytes: Buffer) {
    this.walk = new DerWalk(bytes);
  }

  entry(offset: number, limit: number): number {
    const { walk } = this;
    const end = walk.read(tags.sequence, offset, limit);
    const serialEnd = walk.read(tags.integer, walk.content, end);
    const octets = serialEnd - walk.content;
    if (octets === 0 || octets > revocationLimits.serialOctets) throw malformed(`a revoked certificate has a serial number of ${octets} octets`);
    // Padded, it would not be found by its number.
    if (octets > 1 && isPadding(this.bytes[walk.content], this.bytes[walk.content + 1])) throw malformed('a revoked certificate has a serial number that is not in its shortest form');
    const timeEnd = walk.at(serialEnd, end);
    if (walk.tag !== tags.utcTime && walk.tag !== tags.generalizedTime) throw malformed('a revoked certificate has no time of revocation');
    if (timeEnd < end) this.extensions(timeEnd, end);
    this.count += 1;
    return end;
  }

  private extensions(offset: number, limit: number): void {
    const { walk } = this;
    const end = walk.read(tags.sequence, offset, limit);
    if (end !== limit) throw malformed('a revoked certificate has more than its structure');
    let at = walk.content;
    while (at < end) {
      const extensionEnd = walk.read(tags.sequence, at, end);
      const oidEnd = walk.read(tags.oid, walk.content, extensionEnd);
      const oidStart = walk.content;
      walk.at(oidEnd, extensionEnd);
      if (this.isReasonCode(oidStart, oidEnd)) at = extensionEnd;
      else {
        const isCritical = walk.tag === tags.boolean && this.bytes[walk.content] !== 0;
        this.note(decodeOidContent(this.bytes.subarray(oidStart, oidEnd)), isCritical);
        at = extensionEnd;
      }
    }
  }

  /** Nearly every entry has this one extension or none: no text is made of it. */
  private isReasonCode(start: number, end: number): boolean {
    return end - start === 3 && this.bytes[start] === 0x55 && this.bytes[start + 1] === 0x1d && this.bytes[start + 2] === reasonCodeArc;
  }

  private note(dotted: string, isCritical: boolean): void {
    if (dotted === crlOids.certificateIssuer) this.hasOtherIssuers = true;
    else if (isCritical && !knownOids.includes(dotted) && this.unknownCritical.size < namedExtensions) this.unknownCritical.add(dotted);
  }
}
