import { createHmac, timingSafeEqual } from 'node:crypto';
import { decodeName, encodeName, encodeRecord, recordClasses, recordTypes, type DecodedMessage, type ResourceRecord } from './dns-message.js';

export const tsigAlgorithms = ['hmac-sha256', 'hmac-sha1', 'hmac-sha224', 'hmac-sha384', 'hmac-sha512', 'hmac-md5'] as const;

export type TsigAlgorithm = (typeof tsigAlgorithms)[number];

export interface TsigKey {
  name: string;
  algorithm: TsigAlgorithm;
  secret: Buffer;
}

/** RFC 8945 section 3. */
export const tsigErrors = { badSig: 16, badKey: 17, badTime: 18, badTrunc: 22 } as const;

/**
 * `signed`: by the key, about our request, within the fudge · `unsigned`: no TSIG, or one without a MAC as with BADKEY and BADSIG ·
 * `wrong`: a MAC that does not match, another key, or another time. `error` and `serverTime` (seconds) are what the server says.
 */
export interface TsigVerdict {
  state: 'signed' | 'unsigned' | 'wrong';
  error: number;
  serverTime: number | null;
}

/** Seconds that the two clocks may differ; what RFC 8945 section 10 recommends. */
const fudgeSeconds = 300;

/** RFC 8945 section 6; MD5 alone has a name of old. */
const algorithmNames: Readonly<Record<TsigAlgorithm, string>> = {
  'hmac-md5': 'hmac-md5.sig-alg.reg.int',
  'hmac-sha1': 'hmac-sha1',
  'hmac-sha224': 'hmac-sha224',
  'hmac-sha256': 'hmac-sha256',
  'hmac-sha384': 'hmac-sha384',
  'hmac-sha512': 'hmac-sha512',
};

/** The message with its TSIG record, and the MAC that the response is bound to (RFC 8945 section 5.1). */
export function signMessage(message: Buffer, key: TsigKey, now: Date): { signed: Buffer; mac: Buffer } {
  const terms: TsigTerms = { algorithm: algorithmNames[key.algorithm], timeSigned: Math.floor(now.getTime() / 1_000), fudge: fudgeSeconds, error: 0, other: Buffer.alloc(0) };
  const mac = macOf(key, [message, variablesOf(key.name, terms)]);
  const signed = Buffer.concat([message, encodeRecord(tsigRecord(key.name, terms, mac, message.readUInt16BE(0)))]);
  signed.writeUInt16BE(message.readUInt16BE(10) + 1, 10);
  return { signed, mac };
}

/** RFC 8945 section 5.3 */
export function verifyResponse(response: Buffer, { records }: DecodedMessage, key: TsigKey, requestMac: Buffer, now: Date): TsigVerdict {
  const last = records.at(-1);
  if (last?.type !== recordTypes.tsig) return { state: 'unsigned', error: 0, serverTime: null };
  const tsig = decodeTsig(last);
  const verdict = { error: tsig.error, serverTime: tsig.error === tsigErrors.badTime && tsig.other.length === 6 ? tsig.other.readUIntBE(0, 6) : null };
  if (tsig.mac.length === 0) return { state: 'unsigned', ...verdict };

  const isOurKey = encodeName(last.name).equals(encodeName(key.name)) && tsig.algorithm === algorithmNames[key.algorithm];
  const length = Buffer.alloc(2);
  length.writeUInt16BE(requestMac.length);
  const bare = Buffer.from(response.subarray(0, last.startsAt));
  bare.writeUInt16BE(tsig.originalId, 0);
  bare.writeUInt16BE(bare.readUInt16BE(10) - 1, 10);
  const mac = macOf(key, [length, requestMac, bare, variablesOf(key.name, tsig)]);
  const isGenuine = isOurKey && mac.length === tsig.mac.length && timingSafeEqual(mac, tsig.mac);
  const isInTime = Math.abs(now.getTime() / 1_000 - tsig.timeSigned) <= tsig.fudge || tsig.error === tsigErrors.badTime;
  return { state: isGenuine && isInTime ? 'signed' : 'wrong', ...verdict };
}

interface TsigTerms {
  algorithm: string;
  timeSigned: number;
  fudge: number;
  error: number;
  other: Buffer;
}

const macOf = (key: TsigKey, parts: readonly Buffer[]): Buffer => createHmac(key.algorithm.replace('hmac-', ''), key.secret).update(Buffer.concat(parts)).digest();

/** RFC 8945 section 4.3.3 */
function variablesOf(name: string, { algorithm, timeSigned, fudge, error, other }: TsigTerms): Buffer {
  const fixed = Buffer.alloc(6);
  fixed.writeUInt16BE(recordClasses.any, 0);
  const rest = Buffer.alloc(12);
  rest.writeUIntBE(timeSigned, 0, 6);
  rest.writeUInt16BE(fudge, 6);
  rest.writeUInt16BE(error, 8);
  rest.writeUInt16BE(other.length, 10);
  return Buffer.concat([encodeName(name), fixed, encodeName(algorithm), rest, other]);
}

/** RFC 8945 section 4.2 */
function tsigRecord(name: string, { algorithm, timeSigned, fudge, error, other }: TsigTerms, mac: Buffer, originalId: number): ResourceRecord {
  const [before, after] = [Buffer.alloc(10), Buffer.alloc(6)];
  before.writeUIntBE(timeSigned, 0, 6);
  before.writeUInt16BE(fudge, 6);
  before.writeUInt16BE(mac.length, 8);
  after.writeUInt16BE(originalId, 0);
  after.writeUInt16BE(error, 2);
  after.writeUInt16BE(other.length, 4);
  return { name, type: recordTypes.tsig, class: recordClasses.any, ttlSeconds: 0, data: Buffer.concat([encodeName(algorithm), before, mac, after, other]) };
}

function decodeTsig({ data }: ResourceRecord): TsigTerms & { mac: Buffer; originalId: number } {
  const { name: algorithm, end } = decodeName(data, 0);
  const macLength = data.readUInt16BE(end + 8);
  const after = end + 10 + macLength;
  return {
    algorithm,
    timeSigned: data.readUIntBE(end, 6),
    fudge: data.readUInt16BE(end + 6),
    mac: data.subarray(end + 10, after),
    originalId: data.readUInt16BE(after),
    error: data.readUInt16BE(after + 2),
    other: data.subarray(after + 6, after + 6 + data.readUInt16BE(after + 4)),
  };
}
