import type { DerReader } from '../der/der-reader.js';
import { octetString } from '../der/der-writer.js';
import { tags } from '../der/tag.js';
import { encodeExtension } from '../extension/extension-encoder.js';
import { invalidField, malformed } from '../invalid.js';
import { pkiLimits } from '../pki-limits.js';
import { revocationLimits } from './revocation-limits.js';
import { ocspOids } from './revocation-oids.js';

export interface OcspExtensions {
  readonly nonce: Buffer | null;
  readonly hasExtendedRevoke: boolean;
  /** Critical ones that nobody here understands. */
  readonly unknownCritical: readonly string[];
}

/** Reads the `Extensions` at the cursor of a request or response. @throws AppError `invalid_argument`, also for a nonce that is empty or longer than 128 octets */
export function parseOcspExtensions(reader: DerReader): OcspExtensions {
  const list = reader.enter();
  reader.finish();
  let nonce: Buffer | null = null;
  let hasExtendedRevoke = false;
  const unknownCritical: string[] = [];
  for (let count = 0; !list.isAtEnd; count++) {
    if (count >= pkiLimits.extensions) throw malformed(`there are more than ${pkiLimits.extensions} extensions`);
    const extension = list.enter();
    const dotted = extension.oid();
    const isCritical = extension.peek() === tags.boolean && extension.boolean();
    const value = extension.octetString();
    extension.finish();
    if (dotted === ocspOids.nonce) {
      if (nonce !== null) throw malformed('there are two nonces');
      nonce = readNonce(extension.inside(value));
    } else if (dotted === ocspOids.extendedRevoke) hasExtendedRevoke = true;
    else if (isCritical) unknownCritical.push(dotted);
  }
  return { nonce, hasExtendedRevoke, unknownCritical };
}

export const noOcspExtensions: OcspExtensions = { nonce: null, hasExtendedRevoke: false, unknownCritical: [] };

export function nonceExtension(nonce: Uint8Array): Buffer {
  if (!isNonceLength(nonce.length)) throw invalidField('nonce', `must have 1 to ${revocationLimits.nonceOctets} octets (RFC 9654 §2.1)`);
  return encodeExtension(ocspOids.nonce, false, octetString(nonce));
}

function readNonce(value: DerReader): Buffer {
  const nonce = value.octetString();
  value.finish();
  if (!isNonceLength(nonce.length)) throw malformed(`a nonce has ${nonce.length} octets, 1 to ${revocationLimits.nonceOctets} are allowed (RFC 9654 §2.1)`);
  return nonce;
}

const isNonceLength = (length: number): boolean => length >= 1 && length <= revocationLimits.nonceOctets;
