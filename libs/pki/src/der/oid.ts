import { malformed, shown } from '../invalid.js';
import { pkiLimits } from '../pki-limits.js';

const dottedForm = /^[0-2](?:\.(?:0|[1-9][0-9]{0,38})){1,40}$/;

/** Whether the text is an object identifier in dotted form whose first two arcs are legal (X.660 §7.6). */
export function isOid(dotted: string): boolean {
  if (dotted.length > 256 || !dottedForm.test(dotted)) return false;
  const [first = '', second = ''] = dotted.split('.', 2);
  return (first === '2' || (second.length <= 2 && Number(second) < 40)) && encodeArcs(dotted).length <= pkiLimits.oidBytes;
}

/** Content octets of an OBJECT IDENTIFIER. Errors: `invalid_argument` for what is not one. */
export function encodeOidContent(dotted: string): Buffer {
  if (!isOid(dotted)) throw malformed(`${shown(dotted)} is not an object identifier in dotted form`);
  return Buffer.from(encodeArcs(dotted));
}

/** Dotted form of the content octets. Errors: `invalid_argument` for a padded, open or overlong encoding. */
export function decodeOidContent(content: Uint8Array): string {
  if (content.length === 0 || content.length > pkiLimits.oidBytes) throw malformed('object identifier is empty or too long');
  const arcs: (number | bigint)[] = [];
  let arc: number | bigint = 0;
  let isOpen = false;
  for (const octet of content) {
    if (!isOpen && octet === 0x80) throw malformed('object identifier has a padded arc');
    arc = typeof arc === 'number' && arc < 0x1000000000000 / 8 ? arc * 128 + (octet & 0x7f) : BigInt(arc) * 128n + BigInt(octet & 0x7f);
    isOpen = (octet & 0x80) !== 0;
    if (!isOpen) {
      arcs.push(arc);
      arc = 0;
    }
  }
  if (isOpen) throw malformed('object identifier ends inside an arc');
  const head = arcs[0] ?? 0;
  const first = head < 40 ? 0 : head < 80 ? 1 : 2;
  arcs[0] = typeof head === 'number' ? head - first * 40 : head - BigInt(first * 40);
  return `${first}.${arcs.join('.')}`;
}

function encodeArcs(dotted: string): number[] {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  return [first * 40n + second, ...rest].flatMap(base128);
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let left = arc >> 7n; left > 0n; left >>= 7n) octets.unshift(Number(left & 0x7fn) | 0x80);
  return octets;
}
