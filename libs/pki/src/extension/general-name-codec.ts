import type { DerReader, DerElement } from '../der/der-reader.js';
import { decodeOidContent, encodeOidContent } from '../der/oid.js';
import { explicit, implicit, oid } from '../der/der-writer.js';
import { isIa5 } from '../der/der-string.js';
import { invalidField, malformed, shown } from '../invalid.js';
import { encodeName, parseName } from '../name/name-codec.js';
import type { GeneralName } from './extensions.js';
import { addressBytes, addressText, networkBytes, networkText } from './ip.js';

/** DER GeneralName. Values are taken as they are; the rules stand in `general-name-rules`. */
export function encodeGeneralName(name: GeneralName): Buffer {
  switch (name.type) {
    case 'email':
      return implicit(1, ascii(name.value));
    case 'dns':
      return implicit(2, ascii(name.value));
    case 'uri':
      return implicit(6, ascii(name.value));
    case 'ip':
      return implicit(7, present(addressBytes(name.value), name.value, 'an IP address'));
    case 'network':
      return implicit(7, present(networkBytes(name.value), name.value, 'a network "address/prefix"'));
    case 'registeredId':
      return implicit(8, encodeOidContent(name.value));
    case 'directoryName':
      return explicit(4, encodeName(name.name));
    case 'otherName':
      return explicit(0, oid(name.oid), explicit(0, name.value));
    case 'opaque':
      return Buffer.from(name.der);
  }
}

/** Reads one GeneralName; what cannot be decoded comes back as `opaque`, a broken frame throws. */
export function parseGeneralName(reader: DerReader): GeneralName {
  const element = reader.next();
  if ((element.tag & 0xc0) !== 0x80) throw malformed(`a general name has the tag 0x${element.tag.toString(16)}`);
  try {
    return decode(reader, element) ?? opaque(element);
  } catch {
    return opaque(element);
  }
}

const opaque = ({ tag, raw }: DerElement): GeneralName => ({ type: 'opaque', tag, der: raw });

function decode(reader: DerReader, element: DerElement): GeneralName | null {
  const { tag, content } = element;
  switch (tag) {
    case 0x81:
      return { type: 'email', value: content.toString('utf8') };
    case 0x82:
      return { type: 'dns', value: content.toString('utf8') };
    case 0x86:
      return { type: 'uri', value: content.toString('utf8') };
    case 0x87:
      return decodeAddress(content);
    case 0x88:
      return { type: 'registeredId', value: decodeOidContent(content) };
    case 0xa4:
      return { type: 'directoryName', name: parseName(reader.into(element)) };
    case 0xa0: {
      const inner = reader.into(element);
      const type = inner.oid();
      const value = inner.explicit(0)?.next().raw;
      return value === undefined ? null : { type: 'otherName', oid: type, value };
    }
    default:
      return null;
  }
}

function decodeAddress(content: Buffer): GeneralName | null {
  if (content.length === 4 || content.length === 16) return { type: 'ip', value: addressText(content) };
  const network = content.length === 8 || content.length === 32 ? networkText(content) : null;
  return network === null ? null : { type: 'network', value: network };
}

function ascii(value: string): Buffer {
  if (!isIa5(value)) throw invalidField('name', `${shown(value)} holds characters outside ASCII`);
  return Buffer.from(value, 'latin1');
}

function present(bytes: Buffer | null, value: string, what: string): Buffer {
  if (bytes === null) throw invalidField('name', `${shown(value)} is not ${what}`);
  return bytes;
}
