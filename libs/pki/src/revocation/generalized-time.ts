import { malformed } from '../invalid.js';
import { tlv } from '../der/der-writer.js';
import { tags } from '../der/tag.js';

/** GeneralizedTime whatever the year, whole seconds (RFC 5280 §4.1.2.5.2): OCSP and invalidity dates know no other. */
export function generalizedTime(value: Date): Buffer {
  const year = value.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) throw malformed(`the time ${String(value)} is outside the years 0 to 9999`);
  return tlv(tags.generalizedTime, Buffer.from(value.toISOString().replace(/\.\d+|[-:T]/g, ''), 'latin1'));
}
