import { malformed } from '../invalid.js';

/** Looks at elements by their offsets: where a list has a million entries, an object for each would cost more than the list. */
export class DerWalk {
  tag = 0;
  /** Offset of the content of the element last looked at. */
  content = 0;
  /** Offset behind it. */
  end = 0;

  constructor(readonly bytes: Buffer) {}

  /**
   * Looks at the element at `offset`; returns the offset behind it, at most `limit`.
   *
   * @throws AppError `invalid_argument` for what is not DER (X.690 §10), or longer than its frame
   */
  at(offset: number, limit: number): number {
    const { bytes } = this;
    const tag = bytes[offset];
    const first = bytes[offset + 1];
    if (tag === undefined || first === undefined || offset + 2 > limit) throw malformed('the list of revoked certificates is cut short');
    if ((tag & 0x1f) === 0x1f) throw malformed('the list of revoked certificates uses a tag number above 30');
    this.tag = tag;
    this.content = offset + 2;
    this.end = this.content + first;
    if (first >= 0x80) this.longForm(offset + 2, first & 0x7f);
    if (this.end > limit) throw malformed('the list of revoked certificates is cut short: an element is longer than what is left');
    return this.end;
  }

  /** As `at`, for an element that must have `tag`. */
  read(tag: number, offset: number, limit: number): number {
    const end = this.at(offset, limit);
    if (this.tag !== tag) throw malformed(`the list of revoked certificates has tag 0x${this.tag.toString(16)} where 0x${tag.toString(16)} was expected`);
    return end;
  }

  private longForm(at: number, octets: number): void {
    if (octets === 0 || octets > 4) throw malformed('the list of revoked certificates has a length that is indefinite or of more than four octets');
    let length = 0;
    for (let index = 0; index < octets; index++) length = length * 256 + (this.bytes[at + index] ?? 0);
    if (length < 0x80 || length < 256 ** (octets - 1)) throw malformed('the list of revoked certificates has a length that is not in its shortest form');
    this.content = at + octets;
    this.end = this.content + length;
  }
}
