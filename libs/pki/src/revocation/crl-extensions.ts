import { decodeInteger, decodeNamedBits, type DerReader } from '../der/der-reader.js';
import { contextConstructed, contextPrimitive, tags } from '../der/tag.js';
import { parseGeneralName } from '../extension/general-name-codec.js';
import { extensionOids } from '../extension/oids.js';
import { malformed } from '../invalid.js';
import { pkiLimits } from '../pki-limits.js';
import { crlOids } from './revocation-oids.js';

/** What the extensions of a CRL say about it (RFC 5280 §5.2). */
export interface CrlExtensions {
  readonly number: bigint | null;
  /** Of a delta: the lowest number of a full list that it may be added to. */
  readonly baseNumber: bigint | null;
  /** Key identifier of the signer. */
  readonly authorityKeyId: Buffer | null;
  readonly scope: CrlScope | null;
  /** Where deltas of this list are, http and others. */
  readonly freshestCrlUrls: readonly string[];
  /** Critical extensions that nobody here understands. */
  readonly unknownCritical: readonly string[];
}

/** issuingDistributionPoint (RFC 5280 §5.2.5). */
export interface CrlScope {
  /** Empty: the list names no distribution point. */
  readonly urls: readonly string[];
  /** The distribution point is named in a way that is not read here. */
  readonly hasOtherNames: boolean;
  readonly only: 'user' | 'ca' | 'attribute' | null;
  readonly hasSomeReasonsOnly: boolean;
  readonly isIndirect: boolean;
}

type Mutable = { -readonly [K in keyof CrlExtensions]: CrlExtensions[K] };

/** @throws AppError `invalid_argument`: unlike those of certificates, extensions of lists must all be readable, for they say what a list means */
export function parseCrlExtensions(wrapper: DerReader | undefined): CrlExtensions {
  const found: Mutable = { number: null, baseNumber: null, authorityKeyId: null, scope: null, freshestCrlUrls: [], unknownCritical: [] };
  if (wrapper === undefined) return found;
  const list = wrapper.enter();
  wrapper.finish();
  const seen = new Set<string>();
  while (!list.isAtEnd) {
    const extension = list.enter();
    const dotted = extension.oid();
    if (seen.has(dotted)) throw malformed(`extension ${dotted} stands twice`);
    if (seen.add(dotted).size > pkiLimits.extensions) throw malformed(`the CRL has more than ${pkiLimits.extensions} extensions`);
    const isCritical = extension.peek() === tags.boolean && extension.boolean();
    const value = extension.inside(extension.octetString());
    const read = readers[dotted];
    if (read) Object.assign(found, read(value));
    else if (isCritical) found.unknownCritical = [...found.unknownCritical, dotted];
  }
  return found;
}

const readers: Readonly<Record<string, (value: DerReader) => Partial<CrlExtensions>>> = {
  [crlOids.crlNumber]: (value) => ({ number: crlNumber(value) }),
  [crlOids.deltaCrlIndicator]: (value) => ({ baseNumber: crlNumber(value) }),
  [extensionOids.authorityKeyId]: (value) => ({ authorityKeyId: value.enter().optional(contextPrimitive(0))?.content ?? null }),
  [crlOids.issuingDistributionPoint]: (value) => ({ scope: issuingDistributionPoint(value.enter()) }),
  [crlOids.freshestCrl]: (value) => ({ freshestCrlUrls: distributionPointUrls(value) }),
};

function crlNumber(value: DerReader): bigint {
  const { content } = value.read(tags.integer);
  const number = decodeInteger(content);
  if (number < 0n || content.length > 21) throw malformed('the number of a CRL is negative or too long');
  return number;
}

/** URLs of a `CRLDistributionPoints` value; those of points whose list another CA signs are among them. */
export function distributionPointUrls(value: DerReader): string[] {
  const points = value.enter();
  const urls: string[] = [];
  while (!points.isAtEnd) {
    const names = points.enter().explicit(0)?.enterOptional(contextConstructed(0));
    if (names) urls.push(...uris(names).urls);
    if (urls.length > maxUrls) throw malformed(`there are more than ${maxUrls} distribution points`);
  }
  return urls;
}

/** Nobody asks so many places for one list. */
const maxUrls = 100;

function uris(names: DerReader): { urls: string[]; hasOthers: boolean } {
  const urls: string[] = [];
  let hasOthers = false;
  for (let count = 0; !names.isAtEnd; count++) {
    if (count >= maxUrls) throw malformed(`a distribution point has more than ${maxUrls} names`);
    const name = parseGeneralName(names);
    if (name.type === 'uri') urls.push(name.value);
    else hasOthers = true;
  }
  return { urls, hasOthers };
}

function issuingDistributionPoint(reader: DerReader): CrlScope {
  const point = reader.explicit(0);
  const names = point?.enterOptional(contextConstructed(0));
  const { urls, hasOthers } = names ? uris(names) : { urls: [], hasOthers: point !== undefined };
  const flag = (number: number): boolean => (reader.optional(contextPrimitive(number))?.content[0] ?? 0) !== 0;
  const [user, ca] = [flag(1), flag(2)];
  const reasons = reader.optional(contextPrimitive(3));
  const isIndirect = flag(4);
  const attribute = flag(5);
  reader.finish();
  if ([user, ca, attribute].filter(Boolean).length > 1) throw malformed('the CRL is limited to two kinds of certificates at once');
  const only = user ? 'user' : ca ? 'ca' : attribute ? 'attribute' : null;
  return { urls, hasOtherNames: hasOthers, only, hasSomeReasonsOnly: reasons !== undefined && decodeNamedBits(reasons.content, 9).some(Boolean), isIndirect };
}
