/** DER by hand, for certificates that no library would make (X.690, RFC 5280). */
export function der(tag: number, ...contents: (Buffer | readonly Buffer[])[]): Buffer {
  const content = Buffer.concat(contents.flat());
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size]);
  const hex = size.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...contents: Buffer[]) => der(0x30, ...contents);
export const integer = (hex: string) => der(0x02, Buffer.from(hex, 'hex'));
export const utf8 = (text: string) => der(0x0c, Buffer.from(text));
const nothing = Buffer.from([0x05, 0x00]);

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest.flatMap((arc) => base128(arc))];
  return der(0x06, Buffer.from(bytes));
}

function base128(arc: number): number[] {
  const digits = [arc & 0x7f];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

export const bitString = (bytes: Buffer) => der(0x03, Buffer.concat([Buffer.from([0]), bytes]));
export const name = (value: Buffer, type = '2.5.4.3') => sequence(der(0x31, sequence(oid(type), value)));
export const extension = (id: string, value: Buffer, isCritical = false) =>
  sequence(oid(id), ...(isCritical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value));
export const subjectAltName = (...names: Buffer[]) => extension('2.5.29.17', sequence(...names));
export const dnsName = (text: string | Buffer) => der(0x82, Buffer.from(text));

export const rsaKey = (modulus: string, exponent = '010001') =>
  sequence(sequence(oid('1.2.840.113549.1.1.1'), nothing), bitString(sequence(integer(modulus), integer(exponent))));
export const ecKey = (parameters: Buffer, point: Buffer) => sequence(sequence(oid('1.2.840.10045.2.1'), parameters), bitString(point));

// A real point of P-256: its generator.
export const generator = Buffer.from(
  '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  'hex',
);
export const p256Oid = oid('1.2.840.10045.3.1.7');

export interface Parts {
  version?: Buffer;
  serial?: Buffer;
  subject?: Buffer;
  issuer?: Buffer;
  validity?: Buffer;
  key?: Buffer;
  extensions?: Buffer[];
  signature?: Buffer;
  algorithm?: Buffer;
  trailing?: Buffer;
}

/** A certificate of these parts with a signature that nobody made. */
export function craftedCertificate(parts: Parts = {}): string {
  const algorithm = parts.algorithm ?? sequence(oid('1.2.840.10045.4.3.2'));
  const subject = parts.subject ?? name(utf8('crafted.corp.test'));
  const tbs = sequence(
    parts.version ?? der(0xa0, integer('02')),
    parts.serial ?? integer('0102030405'),
    algorithm,
    parts.issuer ?? subject,
    parts.validity ?? sequence(der(0x17, Buffer.from('260101000000Z')), der(0x17, Buffer.from('360101000000Z'))),
    subject,
    parts.key ?? ecKey(p256Oid, generator),
    ...(parts.extensions === undefined ? [] : [der(0xa3, sequence(...parts.extensions))]),
  );
  const signature = parts.signature ?? bitString(sequence(integer('01'), integer('01')));
  return pem('CERTIFICATE', Buffer.concat([sequence(tbs, algorithm, signature), parts.trailing ?? Buffer.alloc(0)]));
}

/** A signing request of these parts with a signature that nobody made. */
export function craftedRequest(parts: Pick<Parts, 'subject' | 'key' | 'extensions'> = {}): string {
  const attributes = parts.extensions === undefined ? [] : [sequence(oid('1.2.840.113549.1.9.14'), der(0x31, sequence(...parts.extensions)))];
  const request = sequence(integer('00'), parts.subject ?? name(utf8('crafted.corp.test')), parts.key ?? ecKey(p256Oid, generator), der(0xa0, ...attributes));
  return pem('CERTIFICATE REQUEST', sequence(request, sequence(oid('1.2.840.10045.4.3.2')), bitString(sequence(integer('01'), integer('01')))));
}

export function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
}
