import { parseSignatureAlgorithm, type SignatureAlgorithm } from '../certificate/signature-algorithm.js';
import { decodeTime } from '../der/der-time.js';
import { DerReader, decodeInteger } from '../der/der-reader.js';
import { derFrom } from '../der/pem.js';
import { contextConstructed, tags } from '../der/tag.js';
import { malformed } from '../invalid.js';
import type { Name } from '../name/name.js';
import { parseName } from '../name/name-codec.js';
import { CrlEntries } from './crl-entries.js';
import { parseCrlExtensions, type CrlExtensions } from './crl-extensions.js';
import { DerWalk } from './der-walk.js';
import { revocationLimits } from './revocation-limits.js';
import { atOnce, type Steps } from './steps.js';

/** Everything read from one CRL. Byte fields are views into `der`; the entries stay in it until they are asked for. */
export interface CrlFacts extends CrlExtensions {
  readonly der: Buffer;
  readonly tbs: Buffer;
  readonly signature: Buffer;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly issuer: Name;
  readonly issuerDer: Buffer;
  readonly thisUpdate: Date;
  /** `null` in lists of before RFC 5280, which demands it. */
  readonly nextUpdate: Date | null;
  readonly entries: CrlEntries;
}

/**
 * Reads DER, or a text with exactly one PEM block. Nothing is verified; see `verifyCrl`.
 *
 * @throws AppError `invalid_argument` for what is no CRL, or longer than 256 MiB
 */
export function parseCrl(input: Uint8Array | string): CrlFacts {
  return atOnce(parseCrlSteps(input));
}

/** As `parseCrl`, a few milliseconds at a step: a list of a million entries takes a tenth of a second. */
export function* parseCrlSteps(input: Uint8Array | string): Steps<CrlFacts> {
  const der = derFrom(input, 'X509 CRL', 'CRL');
  if (der.length > revocationLimits.crlBytes) throw malformed(`the CRL has ${der.length} bytes, the limit is ${revocationLimits.crlBytes}`);
  const walk = new DerWalk(der);
  const end = framed(() => walk.read(tags.sequence, 0, der.length));
  if (end !== der.length) throw malformed(`the CRL has ${der.length - end} bytes more than its structure`);
  const tbsStart = walk.content;
  const tbsEnd = framed(() => walk.read(tags.sequence, tbsStart, end));
  const tbsContent = walk.content;
  const rest = new DerReader(der.subarray(tbsEnd, end));
  const algorithmDer = rest.read(tags.sequence).raw;
  const signature = rest.bitString();
  rest.finish();
  const parts = new TbsParts(der, tbsContent, tbsEnd);
  return { der, tbs: der.subarray(tbsStart, tbsEnd), signature, signatureAlgorithm: parseSignatureAlgorithm(algorithmDer), ...(yield* readTbs(parts, algorithmDer)) };
}

/** HTML and other things that servers answer with are told apart from a list that is damaged. */
function framed(read: () => number): number {
  try {
    return read();
  } catch (cause) {
    throw malformed('the value is not a CRL in DER', cause);
  }
}


/** The fields of a TBSCertList one after the other; only that of the entries may be long. */
class TbsParts {
  private readonly walk: DerWalk;

  constructor(
    private readonly der: Buffer,
    private offset: number,
    private readonly end: number,
  ) {
    this.walk = new DerWalk(der);
  }

  get tag(): number | undefined {
    return this.offset < this.end ? this.der[this.offset] : undefined;
  }

  /** The next element, header included. */
  next(expected: number): Buffer {
    const start = this.offset;
    this.offset = this.walk.read(expected, start, this.end);
    return this.der.subarray(start, this.offset);
  }

  entries(): Steps<CrlEntries> {
    if (this.tag !== tags.sequence) return CrlEntries.read(this.der, this.offset, this.offset);
    this.offset = this.walk.at(this.offset, this.end);
    return CrlEntries.read(this.der, this.walk.content, this.walk.end);
  }
}

function* readTbs(parts: TbsParts, outerAlgorithm: Buffer): Steps<Omit<CrlFacts, 'der' | 'tbs' | 'signature' | 'signatureAlgorithm'>> {
  const isVersion2 = parts.tag === tags.integer;
  if (isVersion2 && decodeInteger(new DerReader(parts.next(tags.integer)).next().content) !== 1n) throw malformed('the CRL has a version other than 1 and 2');
  if (!parts.next(tags.sequence).equals(outerAlgorithm)) throw malformed('the CRL names two different signature algorithms');
  const issuerDer = parts.next(tags.sequence);
  const thisUpdate = readTime(parts);
  if (thisUpdate === null) throw malformed('the CRL has no time of issue');
  const nextUpdate = readTime(parts);
  const entries = yield* parts.entries();
  const wrapper = parts.tag === contextConstructed(0) ? new DerReader(parts.next(contextConstructed(0))).enter(contextConstructed(0)) : undefined;
  if (parts.tag !== undefined) throw malformed('the CRL has more fields than its structure');
  return { issuer: parseName(issuerDer), issuerDer, thisUpdate, nextUpdate, entries, ...parseCrlExtensions(wrapper) };
}

function readTime(parts: TbsParts): Date | null {
  const { tag } = parts;
  if (tag !== tags.utcTime && tag !== tags.generalizedTime) return null;
  return decodeTime(tag, new DerReader(parts.next(tag)).next().content);
}
