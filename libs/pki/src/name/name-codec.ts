import { isIa5, isPrintable, isStringTag } from '../der/der-string.js';
import { DerReader } from '../der/der-reader.js';
import { headerSize, oid, sequence, sequenceOf, setOf, tlv, utf8String, writeHeader } from '../der/der-writer.js';
import { tags } from '../der/tag.js';
import { invalidField, malformed, shown } from '../invalid.js';
import { pkiLimits } from '../pki-limits.js';
import { nameOids, type Name, type NameAttribute } from './name.js';

/**
 * DER of the name: PrintableString for C, serialNumber and dnQualifier, IA5String for e-mail and DC, UTF8String else.
 * Errors: `invalid_argument` with a field named like the subject part (`country`, `commonName`) for values outside RFC 5280 appendix A.
 */
export function encodeName(name: Name): Buffer {
  if (name.length > pkiLimits.nameAttributes) throw invalidField('subject', `has more than ${pkiLimits.nameAttributes} values`);
  const rdns: Buffer[][] = [];
  for (const attribute of name) {
    const encoded = encodeAttribute(attribute);
    const last = rdns.at(-1);
    if (attribute.joinsPrevious && last) last.push(encoded);
    else rdns.push([encoded]);
  }
  return sequenceOf(rdns.map(setOf));
}

/** Reads a Name from the cursor, or from its DER bytes. */
export function parseName(input: DerReader | Uint8Array): Name {
  const reader = input instanceof DerReader ? input : DerReader.over(input);
  const rdns = reader.enter();
  if (!(input instanceof DerReader)) reader.finish();
  const attributes: NameAttribute[] = [];
  while (!rdns.isAtEnd) {
    const rdn = rdns.enter(tags.set);
    for (let index = 0; !rdn.isAtEnd; index++) {
      const attribute = rdn.enter();
      const type = attribute.oid();
      const value = readValue(attribute);
      attributes.push(index === 0 ? { oid: type, value } : { oid: type, value, joinsPrevious: true });
      attribute.finish();
    }
    if (attributes.length > pkiLimits.nameAttributes) throw malformed(`a name has more than ${pkiLimits.nameAttributes} values`);
  }
  return attributes;
}

function readValue(attribute: DerReader): string {
  const tag = attribute.peek();
  if (tag !== undefined && isStringTag(tag)) return attribute.string();
  return `#${attribute.next().raw.toString('hex')}`;
}

interface Bound {
  readonly part: string;
  readonly min?: number;
  readonly max: number;
  readonly form: 'utf8' | 'printable' | 'ia5';
}

/** Upper bounds and string types of RFC 5280 appendix A; what it does not bound is bounded by X.520's ub-name. */
const bounds: Readonly<Record<string, Bound>> = {
  [nameOids.commonName]: { part: 'commonName', max: 64, form: 'utf8' },
  [nameOids.serialNumber]: { part: 'serialNumber', max: 64, form: 'printable' },
  [nameOids.country]: { part: 'country', min: 2, max: 2, form: 'printable' },
  [nameOids.location]: { part: 'location', max: 128, form: 'utf8' },
  [nameOids.state]: { part: 'state', max: 128, form: 'utf8' },
  [nameOids.street]: { part: 'street', max: 128, form: 'utf8' },
  [nameOids.organization]: { part: 'organization', max: 64, form: 'utf8' },
  [nameOids.organizationalUnit]: { part: 'organizationalUnit', max: 64, form: 'utf8' },
  [nameOids.title]: { part: 'title', max: 64, form: 'utf8' },
  [nameOids.dnQualifier]: { part: 'dnQualifier', max: 64, form: 'printable' },
  [nameOids.pseudonym]: { part: 'pseudonym', max: 128, form: 'utf8' },
  [nameOids.domainComponent]: { part: 'domainComponent', max: 63, form: 'ia5' },
  [nameOids.email]: { part: 'email', max: 255, form: 'ia5' },
};

const knownTypes: ReadonlySet<string> = new Set(Object.values(nameOids));

function encodeAttribute({ oid: type, value }: NameAttribute): Buffer {
  const typeDer = oid(type);
  if (value.startsWith('#') && !knownTypes.has(type)) return sequence(typeDer, rawValue(value));
  const bound = bounds[type] ?? { part: type, max: 32_768, form: 'utf8' };
  checkBound(bound, value);
  return attributeOf(typeDer, stringTags[bound.form], value);
}

const stringTags = { utf8: tags.utf8String, ia5: tags.ia5String, printable: tags.printableString } as const;

/** One allocation in the place of three: subjects are encoded for every certificate. ASCII is the same bytes in UTF-8. */
function attributeOf(typeDer: Buffer, tag: number, value: string): Buffer {
  const valueLength = Buffer.byteLength(value, 'utf8');
  const length = typeDer.length + headerSize(valueLength) + valueLength;
  const out = Buffer.allocUnsafe(headerSize(length) + length);
  let offset = writeHeader(out, 0, tags.sequence, length);
  out.set(typeDer, offset);
  offset = writeHeader(out, offset + typeDer.length, tag, valueLength);
  out.write(value, offset, 'utf8');
  return out;
}

function checkBound({ part, min, max, form }: Bound, value: string): void {
  // Upper bounds count characters, not UTF-16 units; the cheap test settles nearly all.
  const length = value.length <= max ? value.length : [...value].length;
  if (part === 'country' && !/^[A-Za-z]{2}$/.test(value)) {
    throw invalidField(part, `${shown(value)} is not a country of exactly two letters (RFC 5280 appendix A)`);
  }
  if (length < (min ?? 1)) throw invalidField(part, 'is empty');
  if (length > max) throw invalidField(part, `${shown(value)} has ${length} characters, at most ${max} are allowed (RFC 5280 appendix A)`);
  if (value.includes('\0')) throw invalidField(part, `${shown(value)} holds a null character`);
  if (/\p{Surrogate}/u.test(value)) throw invalidField(part, `${shown(value)} is not well-formed Unicode`);
  if (form === 'ia5' && !isIa5(value)) throw invalidField(part, `${shown(value)} holds characters outside ASCII`);
  if (form === 'printable' && !isPrintable(value)) throw invalidField(part, `${shown(value)} holds characters outside PrintableString (X.680 §41.4)`);
}

/** `#` with the hex of one whole DER element, as `parseName` writes values that are no strings. */
function rawValue(value: string): Buffer {
  const bytes = Buffer.from(value.slice(1), 'hex');
  if (bytes.length * 2 !== value.length - 1 || bytes.length === 0) return utf8String(value);
  try {
    const reader = DerReader.over(bytes);
    const element = reader.next();
    reader.finish();
    return tlv(element.tag, element.content);
  } catch {
    return utf8String(value);
  }
}
