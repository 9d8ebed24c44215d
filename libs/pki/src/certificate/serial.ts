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

/** Hands out slices of larger draws, each byte once: a draw of 16 bytes costs node:crypto 2 µs, as much as encoding a certificate. */
export function pooledRandomBytes(randomBytes: (count: number) => Uint8Array, poolBytes = 4_096): (count: number) => Uint8Array {
  let pool: Uint8Array = new Uint8Array();
  return (count) => {
    if (count > poolBytes) return randomBytes(count);
    if (pool.length < count) pool = randomBytes(poolBytes);
    const drawn = pool.slice(0, count);
    pool = pool.subarray(count);
    return drawn;
  };
}
