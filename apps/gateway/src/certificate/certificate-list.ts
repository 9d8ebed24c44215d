import { Injectable } from '@nestjs/common';
import {
  listCertificates,
  listShortCertificates,
  type CertificateListInput,
  type CertificateView,
  type OutputOf,
  type UserPrincipal,
  type Window,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { ComposeCertificates } from '../composition/compose-certificates.js';

/**
 * Certificates in one message on the bus: with body, chain and request a record takes up to 15 kB, and the bus may carry
 * as little as 1 MiB at a time.
 */
const slice = 50;

interface Listed<T> {
  items: T[];
  total: number;
  nextCursor: string | null;
}

/** Reads lists of certificates in slices that every bus carries. */
@Injectable()
export class CertificateList {
  constructor(
    private readonly rpc: RpcClient,
    private readonly compose: ComposeCertificates,
  ) {}

  async whole(input: CertificateListInput, principal: UserPrincipal): Promise<Listed<CertificateView>> {
    const { items, ...rest } = await inSlices(input.window, (window) => this.rpc.call(listCertificates, { ...input, window }, { principal }));
    return { items: await this.compose.views(items), ...rest };
  }

  short(input: CertificateListInput, principal: UserPrincipal): Promise<OutputOf<typeof listShortCertificates>> {
    return inSlices(input.window, (window) => this.rpc.call(listShortCertificates, { ...input, window }, { principal }));
  }
}

async function inSlices<T>(window: Window, read: (window: Window) => Promise<Listed<T>>): Promise<Listed<T>> {
  const first = await read({ ...window, limit: Math.min(window.limit, slice) });
  const items = [...first.items];
  let { nextCursor } = first;
  while (items.length < window.limit && nextCursor !== null) {
    const next: Listed<T> = await read({ ...window, offset: 0, cursor: nextCursor, limit: Math.min(window.limit - items.length, slice) });
    items.push(...next.items);
    ({ nextCursor } = next);
  }
  return { items, total: first.total, nextCursor };
}
