import { parseCertificate } from '@sifaka/pki';

/** RFC 9773 section 4.1; null for a certificate without authority key identifier. */
export function certificateId(certificateDer: Uint8Array): string | null {
  const { authorityKeyId, serial } = parseCertificate(certificateDer);
  return authorityKeyId === null ? null : `${authorityKeyId.toString('base64url')}.${derOctets(serial).toString('base64url')}`;
}

/** Content octets of the DER INTEGER: a leading zero where the top bit is set. */
function derOctets(serial: bigint): Buffer {
  const digits = serial.toString(16);
  const octets = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return (octets[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.alloc(1), octets]) : octets;
}
