import { nameOids, type Name, type NameAttribute } from './name.js';

/** RFC 4514 text, last RDN first; types other than CN, L, ST, O, OU, C, STREET, DC, UID in dotted form. */
export function nameText(name: Name): string {
  const rdns: string[] = [];
  for (const attribute of name) {
    const text = attributeText(attribute);
    if (attribute.joinsPrevious && rdns.length > 0) rdns.push(`${rdns.pop()}+${text}`);
    else rdns.push(text);
  }
  return rdns.reverse().join(',');
}

/** Short names of RFC 4514 §3; every other type is written in dotted form. */
const shortNames: Readonly<Record<string, string>> = {
  [nameOids.commonName]: 'CN',
  [nameOids.location]: 'L',
  [nameOids.state]: 'ST',
  [nameOids.organization]: 'O',
  [nameOids.organizationalUnit]: 'OU',
  [nameOids.country]: 'C',
  [nameOids.street]: 'STREET',
  [nameOids.domainComponent]: 'DC',
  [nameOids.userId]: 'UID',
};

const attributeText = ({ oid, value }: NameAttribute): string => `${shortNames[oid] ?? oid}=${escapeValue(value)}`;

/** Escapes of RFC 4514 §2.4. */
function escapeValue(value: string): string {
  const inner = value.replace(/[\\"+,;<>]/g, '\\$&').replaceAll('\0', '\\00');
  const start = /^[# ]/.test(inner) ? `\\${inner}` : inner;
  return start.endsWith(' ') && start.length > 1 && value.length > 1 ? `${start.slice(0, -1)}\\ ` : start;
}
