import { malformed } from '../invalid.js';
import { tags } from './tag.js';

/** UTCTime through 2049, GeneralizedTime from 2050 on, whole seconds, always `Z` (RFC 5280 §4.1.2.5). */
export function encodeTime(value: Date): Buffer {
  const year = value.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) throw malformed(`the time ${String(value)} is outside the years 0 to 9999`);
  const isUtc = year >= 1950 && year < 2050;
  const out = Buffer.allocUnsafe(isUtc ? 15 : 17);
  out[0] = isUtc ? tags.utcTime : tags.generalizedTime;
  out[1] = out.length - 2;
  let offset = isUtc ? 2 : twoDigits(out, 2, Math.floor(year / 100));
  offset = twoDigits(out, offset, year % 100);
  offset = twoDigits(out, offset, value.getUTCMonth() + 1);
  offset = twoDigits(out, offset, value.getUTCDate());
  offset = twoDigits(out, offset, value.getUTCHours());
  offset = twoDigits(out, offset, value.getUTCMinutes());
  offset = twoDigits(out, offset, value.getUTCSeconds());
  out[offset] = 0x5a;
  return out;
}

/** Reads the two forms that RFC 5280 allows; two-digit years below 50 are 20xx. */
export function decodeTime(tag: number, content: Uint8Array): Date {
  const isUtc = tag === tags.utcTime;
  if (!isUtc && tag !== tags.generalizedTime) throw malformed('a time is neither UTCTime nor GeneralizedTime');
  const digits = content.length - 1;
  if (digits !== (isUtc ? 12 : 14) || content[digits] !== 0x5a) throw malformed('a time is not in the form (YY)YYMMDDHHMMSSZ');
  let at = 0;
  const next = (): number => {
    const pair = digit(content[at]) * 10 + digit(content[at + 1]);
    at += 2;
    return pair;
  };
  const head = next();
  const year = isUtc ? (head < 50 ? 2000 : 1900) + head : head * 100 + next();
  const fields = { month: next(), day: next(), hour: next(), minute: next(), second: next() };
  return checkedDate(year, fields);
}

function checkedDate(year: number, { month, day, hour, minute, second }: Record<'month' | 'day' | 'hour' | 'minute' | 'second', number>): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!isReal) throw malformed('a time names a day or an hour that does not exist');
  return date;
}

function twoDigits(out: Uint8Array, offset: number, value: number): number {
  out[offset] = 0x30 + Math.floor(value / 10);
  out[offset + 1] = 0x30 + (value % 10);
  return offset + 2;
}

function digit(octet: number | undefined): number {
  if (octet === undefined || octet < 0x30 || octet > 0x39) throw malformed('a time holds something other than digits');
  return octet - 0x30;
}
