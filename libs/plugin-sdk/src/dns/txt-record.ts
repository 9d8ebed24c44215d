import { AppError } from '@sifaka/kernel';

/** RFC 1035 section 3.3: one character-string of a TXT record. */
const maxStringOctets = 255;

/** A name as it is compared and stored at our side: lower case, without the last dot. */
export const dnsName = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** The longest zone that the name lies in, as it stands in `zones`; undefined when there is none. Whole labels count. */
export function zoneOf(name: string, zones: Iterable<string>): string | undefined {
  let found: string | undefined;
  for (const zone of zones) {
    if (isInZone(name, zone) && (found === undefined || dnsName(zone).length > dnsName(found).length)) found = zone;
  }
  return found;
}

/** @throws AppError `failed_precondition` that names the zones, when the name lies in none of them */
export function requireZoneOf(name: string, zones: readonly string[], provider: string): string {
  const zone = zoneOf(name, zones);
  if (zone === undefined) throw noZone(name, zones, provider);
  return zone;
}

/** Reason `dns.no_zone`. */
export function noZone(name: string, zones: readonly string[], provider: string): AppError {
  const listed = zones.length === 0 ? 'it has none' : `it has ${zones.slice(0, 10).join(', ')}${zones.length > 10 ? ` and ${zones.length - 10} more` : ''}`;
  return new AppError('failed_precondition', `"${dnsName(name)}" lies in no zone of ${provider}: ${listed}`, { reason: 'dns.no_zone' });
}

/** What stands before the zone; empty for the zone's own name. */
export function nameInZone(name: string, zone: string): string {
  const [full, base] = [dnsName(name), dnsName(zone)];
  return full === base ? '' : full.slice(0, -(base.length + 1));
}

/**
 * The value as zone files write it (RFC 1035 section 5.1): quoted strings of at most 255 octets, with `"` and `\` escaped and everything
 * else that is not printable ASCII as `\DDD`.
 */
export function quoteTxt(value: string): string {
  const octets = Buffer.from(value, 'utf8');
  const strings: string[] = [];
  for (let start = 0; start === 0 || start < octets.length; start += maxStringOctets) {
    strings.push(`"${Array.from(octets.subarray(start, start + maxStringOctets), escaped).join('')}"`);
  }
  return strings.join(' ');
}

/** Reads what `quoteTxt` writes, and unquoted strings; the strings of one record are one value. */
export function unquoteTxt(text: string): string {
  const octets: number[] = [];
  let isQuoted = false;
  for (let at = 0; at < text.length; ) {
    const [token, value] = nextToken(text, at);
    at += token.length;
    if (token === '"') isQuoted = !isQuoted;
    else if (isQuoted || !/^\s$/.test(token)) octets.push(...value);
  }
  return Buffer.from(octets).toString('utf8');
}

const isInZone = (name: string, zone: string): boolean => dnsName(name) === dnsName(zone) || dnsName(name).endsWith(`.${dnsName(zone)}`);

function escaped(octet: number): string {
  const character = String.fromCharCode(octet);
  if (character === '"' || character === '\\') return `\\${character}`;
  return octet >= 0x20 && octet < 0x7f ? character : `\\${String(octet).padStart(3, '0')}`;
}

function nextToken(text: string, at: number): [token: string, octets: Iterable<number>] {
  const [decimal] = /^\\(?:[01]\d\d|2[0-4]\d|25[0-5])/.exec(text.slice(at, at + 4)) ?? [];
  if (decimal !== undefined) return [decimal, [Number(decimal.slice(1))]];
  const isEscape = text[at] === '\\' && at + 1 < text.length;
  const character = String.fromCodePoint(text.codePointAt(isEscape ? at + 1 : at) ?? 0);
  return [isEscape ? `\\${character}` : character, Buffer.from(character, 'utf8')];
}
