/** A mail as somebody reads it. */
export interface ReadMail {
  /** By lower-case name, unfolded and decoded; those that stand there more than once have several values. */
  headers: ReadonlyMap<string, readonly string[]>;
  subject: string;
  text: string | null;
  html: string | null;
}

/** RFC 5322, 2045 to 2047, as far as mails of programs need them. */
export function readMail(raw: string): ReadMail {
  const { headers, body } = split(raw);
  const parts = partsOf(headers, body);
  const of = (type: string) => parts.find((part) => part.type === type)?.content ?? null;
  return { headers, subject: headers.get('subject')?.[0] ?? '', text: of('text/plain'), html: of('text/html') };
}

interface Part {
  type: string;
  content: string;
}

function partsOf(headers: ReadonlyMap<string, readonly string[]>, body: string): Part[] {
  const declared = headers.get('content-type')?.[0] ?? 'text/plain';
  const type = (declared.split(';')[0] ?? '').trim().toLowerCase();
  const boundary = /boundary="?([^";]+)"?/i.exec(declared)?.[1];
  if (!type.startsWith('multipart/') || boundary === undefined) return [{ type, content: decoded(body, headers.get('content-transfer-encoding')?.[0] ?? '7bit') }];
  const [, ...sections] = `\r\n${body}`.split(`\r\n--${boundary}`);
  return sections
    .filter((section) => !section.startsWith('--'))
    .flatMap((section) => {
      const part = split(section.replace(/^\r\n/, ''));
      return partsOf(part.headers, part.body);
    });
}

function split(raw: string): { headers: Map<string, string[]>; body: string } {
  const end = raw.indexOf('\r\n\r\n');
  const [head, body] = end === -1 ? [raw, ''] : [raw.slice(0, end), raw.slice(end + 4)];
  const headers = new Map<string, string[]>();
  for (const line of head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), words(line.slice(colon + 1).trim())]);
  }
  return { headers, body };
}

function decoded(body: string, encoding: string): string {
  const name = encoding.trim().toLowerCase();
  if (name === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return name === 'quoted-printable' ? fromQuoted(body.replaceAll(/=\r\n/g, '')) : body;
}

const words = (text: string): string =>
  text
    .replaceAll(/(=\?[^?]+\?[BbQq]\?[^?]*\?=)\s+(?==\?)/g, '$1')
    .replaceAll(/=\?[^?]+\?([BbQq])\?([^?]*)\?=/g, (_all, kind: string, value: string) => (kind.toLowerCase() === 'b' ? Buffer.from(value, 'base64').toString('utf8') : fromQuoted(value.replaceAll('_', ' '))));

const fromQuoted = (text: string): string => Buffer.from(text.replaceAll(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1').toString('utf8');
