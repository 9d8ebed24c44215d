/** 128 random bits, positive, never zero. `randomBytes` is node:crypto's, or a test's. */
export function randomSerial(randomBytes: (count: number) => Uint8Array): bigint {
  for (let attempt = 0; attempt < 8; attempt++) {
    const serial = BigInt(`0x${Buffer.from(randomBytes(16)).toString('hex')}`);
    if (serial > 0n) return serial;
  }
  throw new Error('the source of randomness returned nothing but zeros');
}

/** Upper-case hex without prefix or padding. */
export const serialHex = (serial: bigint): string => serial.toString(16).toUpperCase();
