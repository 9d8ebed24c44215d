import { randomBytes } from 'node:crypto';
import { uint } from './vectors.js';
import type { Wire } from './wire.js';

/** RC4, RC2, IDEA, DES and triple DES, as SSL 2 numbers them. */
const kinds = Buffer.from('010080020080030080040080050080060040' + '0700c0', 'hex');
const serverHello = 4;

/** Whether the server answers the CLIENT-HELLO of SSL 2 (RFC 6101 appendix E) with a SERVER-HELLO. */
export async function askSsl2(wire: Wire): Promise<boolean> {
  const challenge = randomBytes(16);
  const body = Buffer.concat([Buffer.of(1), uint(2, 0x0002), uint(2, kinds.length), uint(2, 0), uint(2, challenge.length), kinds, challenge]);
  wire.write(Buffer.concat([uint(2, 0x8000 | body.length), body]));
  const answer = await wire.read(3);
  return (answer.readUInt8(0) & 0x80) !== 0 && answer.readUInt8(2) === serverHello;
}
