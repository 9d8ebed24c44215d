import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { findCrl, readCrl, type CrlRecord } from '@sifaka/contracts';
import { AppError, isAppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import type { CrlKind } from './crl-place.js';

/** A list of millions of entries; the length that issuer-svc names is not taken on trust. */
const mostBytes = 256 * 1_024 * 1_024;
/** A newer list may take the place of the one that is being read. */
const patience = 5;

/** Reads revocation lists from issuer-svc, slice by slice. */
@Injectable()
export class ReadList {
  constructor(private readonly rpc: RpcClient) {}

  /** The current list; null: the authority has none of that kind. */
  async find(slug: string, kind: CrlKind): Promise<CrlRecord | null> {
    try {
      return await this.rpc.call(findCrl, { slug, kind });
    } catch (error) {
      if (isAppError(error) && error.code === 'not_found') return null;
      throw error;
    }
  }

  /** Its bytes, or those of a newer one; null: there is none any more. @throws AppError `unavailable` for what does not fit together */
  async read(found: CrlRecord, signal: AbortSignal): Promise<{ list: CrlRecord; content: Buffer } | null> {
    let list: CrlRecord | null = found;
    for (let left = patience; list !== null && left > 0; left -= 1) {
      const content = await this.slices(list, signal);
      if (content !== null) return { list, content };
      list = await this.find(list.slug, list.kind);
    }
    if (list === null) return null;
    throw new AppError('unavailable', `the lists of "${found.slug}" change faster than they can be read`, { reason: 'crl.changing' });
  }

  /** Null: it is not there any more. */
  private async slices({ authorityId, kind, number, byteLength, sha256, slug }: CrlRecord, signal: AbortSignal): Promise<Buffer | null> {
    if (byteLength > mostBytes) throw new AppError('failed_precondition', `the list of "${slug}" has ${byteLength} bytes: ${mostBytes} at most are published`, { reason: 'crl.too_long' });
    const parts: Buffer[] = [];
    for (let offset = 0; offset < byteLength; ) {
      signal.throwIfAborted();
      const bytes = await this.slice({ authorityId, kind, number, offset });
      if (bytes === null) return null;
      if (bytes.length === 0) break;
      parts.push(bytes);
      offset += bytes.length;
    }
    const content = Buffer.concat(parts);
    if (content.length === byteLength && createHash('sha256').update(content).digest('hex') === sha256.toLowerCase()) return content;
    throw new AppError('unavailable', `list ${number} of "${slug}" was not read as it was announced: it is read again`, { reason: 'crl.broken' });
  }

  private async slice(input: { authorityId: number; kind: CrlKind; number: string; offset: number }): Promise<Buffer | null> {
    try {
      return Buffer.from((await this.rpc.call(readCrl, input)).bytes, 'base64');
    } catch (error) {
      if (isAppError(error) && error.code === 'not_found') return null;
      throw error;
    }
  }
}
