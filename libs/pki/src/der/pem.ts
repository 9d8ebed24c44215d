import { malformed, shown } from '../invalid.js';
import { pkiLimits } from '../pki-limits.js';

/** One block of textual encoding (RFC 7468; headers as in RFC 1421, met in encrypted traditional keys). */
export interface PemBlock {
  readonly label: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

const begin = /^-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,63})-----$/;
const header = /^([A-Za-z0-9-]{1,64}): ?(.*)$/;

/** Lines of 64 characters, no newline at the end: the form in which bodies are stored and answered. */
export function encodePem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
}

/**
 * All blocks of a text, in order. Text outside blocks, CRLF and spaces at line ends are ignored; inside a block only
 * canonical base64 passes. Errors: `invalid_argument`.
 */
export function decodePem(text: string): PemBlock[] {
  if (text.length > pkiLimits.pemChars) throw malformed(`PEM text has ${text.length} characters, the limit is ${pkiLimits.pemChars}`);
  const blocks: PemBlock[] = [];
  let open: { label: string; lines: string[] } | undefined;
  for (const untrimmed of text.split('\n')) {
    const line = untrimmed.trim();
    const label = begin.exec(line)?.[1];
    if (open === undefined) {
      if (label !== undefined) open = { label, lines: [] };
    } else if (label !== undefined) {
      throw malformed(`PEM block ${shown(open.label)} has no end line`);
    } else if (line.startsWith('-----END ')) {
      if (line !== `-----END ${open.label}-----`) throw malformed(`PEM block ${shown(open.label)} is closed by ${shown(line)}`);
      blocks.push(decodeBlock(open.label, open.lines));
      if (blocks.length > pkiLimits.pemBlocks) throw malformed(`PEM text has more than ${pkiLimits.pemBlocks} blocks`);
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  if (open !== undefined) throw malformed(`PEM block ${shown(open.label)} has no end line`);
  return blocks;
}

/** The only block with one of the labels. Errors: `invalid_argument` when there is none, or more than one. */
export function decodeOnePem(text: string, ...labels: readonly string[]): PemBlock {
  const found = decodePem(text).filter((block) => labels.includes(block.label));
  const [block] = found;
  if (block === undefined) throw malformed(`there is no PEM block ${labels.map(shown).join(' or ')} in the text`);
  if (found.length > 1) throw malformed(`there are ${found.length} PEM blocks ${labels.map(shown).join(' or ')} in the text, one was expected`);
  return block;
}

/** DER bytes as they are; text as the only PEM block with one of the labels. */
export function derFrom(input: Uint8Array | string, ...labels: readonly string[]): Buffer {
  if (typeof input === 'string') return decodeOnePem(input, ...labels).bytes;
  return Buffer.from(input.buffer, input.byteOffset, input.byteLength);
}

function decodeBlock(label: string, lines: readonly string[]): PemBlock {
  const headers: Record<string, string> = {};
  let bodyStart = 0;
  for (const line of lines) {
    const [, name, value] = header.exec(line) ?? [];
    if (name === undefined || value === undefined) break;
    headers[name] = value;
    bodyStart++;
  }
  const base64 = lines.slice(bodyStart).join('');
  const bytes = Buffer.from(base64, 'base64');
  // Node skips what it does not understand; only canonical base64 encodes back to itself.
  if (bytes.length === 0 || bytes.toString('base64') !== base64) throw malformed(`PEM block ${shown(label)} is empty or not valid base64`);
  return { label, headers, bytes };
}
