import { encodeTime } from '../der/der-time.js';
import { integerContent } from '../der/der-writer.js';
import { tags } from '../der/tag.js';
import { invalidField } from '../invalid.js';
import { crlReasonCodes, type CrlReasonName } from './crl-reasons.js';
import { generalizedTime } from './generalized-time.js';
import { revocationLimits } from './revocation-limits.js';

/** One revoked certificate on its way into a list. */
export interface CrlEntryInput {
  readonly serial: bigint;
  readonly revokedAt: Date;
  /** `unspecified` and `null` are left out (RFC 5280 §5.3.1). `removeFromCRL` belongs into deltas alone. */
  readonly reason?: CrlReasonName | null;
  /** Since when the key is suspected. */
  readonly invalidityDate?: Date | null;
}

/**
 * DER of the entries, one behind the other without a frame: pieces go into `encodeTbsCrl` as they are, so that whoever has many can
 * make them a few thousand at a time. About a millisecond for a thousand.
 *
 * @throws AppError `invalid_argument` for a serial number that is negative or longer than 64 octets
 */
export function encodeCrlEntries(entries: Iterable<CrlEntryInput>): Buffer {
  let out = Buffer.allocUnsafe(64 * 1024);
  let offset = 0;
  for (const entry of entries) {
    if (offset + maxEntryBytes > out.length) out = Buffer.concat([out], out.length * 2);
    offset = writeEntry(out, offset, entry);
  }
  return out.subarray(0, offset);
}

/** Every length in an entry fits one octet. */
const maxEntryBytes = 2 + (2 + revocationLimits.serialOctets) + 17 + 2 + 12 + 26;

/** `Extension` reasonCode up to the code; `Extension` invalidityDate up to the time. */
const reasonHead = Buffer.from('300a0603551d1504030a01', 'hex');
const invalidityHead = Buffer.from('30180603551d180411', 'hex');

function writeEntry(out: Buffer, start: number, { serial, revokedAt, reason, invalidityDate }: CrlEntryInput): number {
  let offset = writeSerial(out, start + 2, serial);
  offset = append(out, offset, encodeTime(revokedAt));
  const code = reason === undefined || reason === null ? 0 : crlReasonCodes[reason];
  if (code !== 0 || (invalidityDate ?? null) !== null) {
    const head = offset;
    offset += 2;
    if (code !== 0) {
      offset = append(out, offset, reasonHead);
      out[offset++] = code;
    }
    if (invalidityDate) {
      offset = append(out, offset, invalidityHead);
      offset = append(out, offset, generalizedTime(invalidityDate));
    }
    out[head] = tags.sequence;
    out[head + 1] = offset - head - 2;
  }
  out[start] = tags.sequence;
  out[start + 1] = offset - start - 2;
  return offset;
}

function writeSerial(out: Buffer, offset: number, serial: bigint): number {
  if (serial < 0n) throw invalidField('serial', 'must not be negative');
  const content = integerContent(serial);
  if (content.length > revocationLimits.serialOctets) throw invalidField('serial', `must be at most ${revocationLimits.serialOctets} octets long`);
  out[offset] = tags.integer;
  out[offset + 1] = content.length;
  return append(out, offset + 2, content);
}

function append(out: Buffer, offset: number, bytes: Uint8Array): number {
  out.set(bytes, offset);
  return offset + bytes.length;
}
