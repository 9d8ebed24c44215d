import type { SignatureAlgorithm } from '../certificate/signature-algorithm.js';
import { bitString, explicit, implicit, integer, sequence, sequenceOf, time, tlvOf } from '../der/der-writer.js';
import { contextConstructed } from '../der/tag.js';
import { encodeExtension, encodeExtensionList } from '../extension/extension-encoder.js';
import { encodeGeneralName } from '../extension/general-name-codec.js';
import { invalidField } from '../invalid.js';
import { crlOids } from './revocation-oids.js';

export interface TbsCrlInput {
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly issuerDer: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** What `encodeCrlEntries` made, in any number of pieces. */
  readonly entries: readonly Uint8Array[];
  /** CRL number: grows with every list of the issuer, full or delta (RFC 5280 §5.2.3). */
  readonly number: bigint;
  /** Makes a delta: the number of the full list that it adds to. */
  readonly baseNumber?: bigint;
  /** Subject key identifier of the issuer. */
  readonly authorityKeyId: Uint8Array | null;
  readonly issuingDistributionPoint?: IssuingDistributionPointInput;
  /** Where deltas are; in full lists only. */
  readonly freshestCrlUrls?: readonly string[];
}

/** Which certificates a list is about (RFC 5280 §5.2.5); written critical. */
export interface IssuingDistributionPointInput {
  readonly urls?: readonly string[];
  readonly only?: 'user' | 'ca' | 'attribute';
}

/** DER TBSCertList, version 2 (RFC 5280 §5.1). */
export function encodeTbsCrl(input: TbsCrlInput): Buffer {
  if (input.nextUpdate <= input.thisUpdate) throw invalidField('nextUpdate', 'must be later than thisUpdate');
  const hasEntries = input.entries.some(({ length }) => length > 0);
  return sequence(
    integer(1),
    input.signatureAlgorithm.der,
    input.issuerDer,
    time(input.thisUpdate),
    time(input.nextUpdate),
    // An empty list must be left out (RFC 5280 §5.1.2.6).
    ...(hasEntries ? [sequenceOf(input.entries)] : []),
    explicit(0, sequenceOf(crlExtensions(input))),
  );
}

/** DER CertificateList from its parts. ECDSA signatures are DER (node's default). */
export function assembleCrl(tbs: Uint8Array, algorithm: SignatureAlgorithm, signature: Uint8Array): Buffer {
  return sequence(tbs, algorithm.der, bitString(signature));
}

function crlExtensions({ authorityKeyId, number, baseNumber, issuingDistributionPoint, freshestCrlUrls = [] }: TbsCrlInput): Buffer[] {
  checkNumber('number', number);
  if (baseNumber !== undefined) {
    checkNumber('baseNumber', baseNumber);
    if (baseNumber >= number) throw invalidField('baseNumber', 'must be below the number of the delta');
    if (freshestCrlUrls.length > 0) throw invalidField('freshestCrlUrls', 'must not stand in a delta (RFC 5280 §5.2.6)');
  }
  return [
    ...(authorityKeyId === null ? [] : encodeExtensionList({ authorityKeyId: { keyId: authorityKeyId } }, { hasSubject: true })),
    encodeExtension(crlOids.crlNumber, false, integer(number)),
    ...(baseNumber === undefined ? [] : [encodeExtension(crlOids.deltaCrlIndicator, true, integer(baseNumber))]),
    ...(issuingDistributionPoint === undefined ? [] : [encodeExtension(crlOids.issuingDistributionPoint, true, issuingDistributionPointValue(issuingDistributionPoint))]),
    ...(freshestCrlUrls.length === 0 ? [] : [encodeExtension(crlOids.freshestCrl, false, freshestCrlValue(freshestCrlUrls))]),
  ];
}

function checkNumber(field: string, number: bigint): void {
  if (number < 0n || number >= 1n << 159n) throw invalidField(field, 'must not be negative nor longer than 20 octets (RFC 5280 §5.2.3)');
}

const fullName = (urls: readonly string[]): Buffer => explicit(0, tlvOf(contextConstructed(0), urls.map((value) => encodeGeneralName({ type: 'uri', value }))));

const freshestCrlValue = (urls: readonly string[]): Buffer => sequenceOf(urls.map((url) => sequence(fullName([url]))));

const onlyTags = { user: 1, ca: 2, attribute: 5 } as const;

function issuingDistributionPointValue({ urls = [], only }: IssuingDistributionPointInput): Buffer {
  if (urls.length === 0 && only === undefined) throw invalidField('issuingDistributionPoint', 'must not be empty (RFC 5280 §5.2.5)');
  return sequence(...(urls.length === 0 ? [] : [fullName(urls)]), ...(only === undefined ? [] : [implicit(onlyTags[only], Buffer.of(0xff))]));
}
