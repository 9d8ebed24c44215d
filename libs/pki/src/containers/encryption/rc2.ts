import { malformed } from '../../invalid.js';

/** RFC 2268 section 2: a permutation of all bytes, from the digits of pi. */
const pi = Buffer.from(
  [
    'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82',
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb6266fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7',
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731',
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  ].join(''),
  'hex',
);

const blockBytes = 8;

/**
 * Opens RC2 in CBC mode with PKCS#7 padding (RFC 2268). Broken by any measure: it is here to read the certificates of old PKCS#12 files, and
 * nothing is ever written with it.
 *
 * @param bits effective length of the key
 * @returns null for bad padding: the key is wrong
 */
export function decryptRc2(key: Uint8Array, bits: number, iv: Uint8Array, ciphertext: Uint8Array): Buffer | null {
  if (ciphertext.length === 0 || ciphertext.length % blockBytes !== 0) throw malformed('what is encrypted with RC2 is cut short');
  const schedule = expand(key, bits);
  const source = Buffer.from(ciphertext);
  const plain = Buffer.alloc(source.length);
  for (let offset = 0; offset < source.length; offset += blockBytes) {
    decryptBlock(schedule, source, plain, offset);
    for (let index = 0; index < blockBytes; index++) {
      const before = offset === 0 ? iv[index] : source[offset - blockBytes + index];
      plain[offset + index] = (plain[offset + index] ?? 0) ^ (before ?? 0);
    }
  }
  const padding = plain.at(-1) ?? 0;
  const isPadded = padding >= 1 && padding <= blockBytes && plain.subarray(-padding).every((byte) => byte === padding);
  return isPadded ? plain.subarray(0, plain.length - padding) : null;
}

/** Section 2: 64 words of 16 bits. */
function expand(key: Uint8Array, bits: number): Uint16Array {
  const bytes = new Uint8Array(128);
  bytes.set(key);
  const effective = Math.ceil(bits / 8);
  const mask = 255 % 2 ** (8 + bits - 8 * effective);
  for (let index = key.length; index < 128; index++) bytes[index] = mixed((bytes[index - 1] ?? 0) + (bytes[index - key.length] ?? 0));
  bytes[128 - effective] = mixed((bytes[128 - effective] ?? 0) & mask);
  for (let index = 127 - effective; index >= 0; index--) bytes[index] = mixed((bytes[index + 1] ?? 0) ^ (bytes[index + effective] ?? 0));
  return Uint16Array.from({ length: 64 }, (_, index) => (bytes[2 * index] ?? 0) | ((bytes[2 * index + 1] ?? 0) << 8));
}

const mixed = (value: number): number => pi[value & 0xff] ?? 0;

/** Section 4: mixing rounds backwards, with two mashing rounds between them. */
function decryptBlock(schedule: Uint16Array, source: Buffer, target: Buffer, offset: number): void {
  const words = Uint16Array.from({ length: 4 }, (_, index) => source.readUInt16LE(offset + 2 * index));
  const at = (index: number): number => words[index & 3] ?? 0;
  const shifts = [1, 2, 3, 5] as const;
  for (let round = 15; round >= 0; round--) {
    for (let index = 3; index >= 0; index--) {
      const shift = shifts[index] ?? 1;
      const turned = ((at(index) >>> shift) | (at(index) << (16 - shift))) & 0xffff;
      words[index] = turned - (schedule[4 * round + index] ?? 0) - (at(index + 3) & at(index + 2)) - (~at(index + 3) & at(index + 1));
    }
    if (round !== 11 && round !== 5) continue;
    for (let index = 3; index >= 0; index--) words[index] = at(index) - (schedule[at(index + 3) & 63] ?? 0);
  }
  for (let index = 0; index < 4; index++) target.writeUInt16LE(at(index), offset + 2 * index);
}
