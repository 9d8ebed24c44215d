import { Injectable } from '@nestjs/common';
import {
  listCertificates,
  listShortCertificates,
  listValidCertificates,
  type CertificateListInput,
  type CertificateView,
  type InputOf,
  type OutputOf,
  type UserPrincipal,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { ComposeCertificates } from '../composition/compose-certificates.js';
import { everything } from './certificate-list-input.js';
import { inSlices, type Listed } from '../listing/in-slices.js';

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

  /** Not expired, revoked or replaced, newest first. */
  async valid(input: InputOf<typeof listValidCertificates>, principal: UserPrincipal): Promise<Listed<CertificateView>> {
    const { items, ...rest } = await inSlices(input.window, (window) => this.rpc.call(listValidCertificates, { ...input, window }, { principal }));
    return { items: await this.compose.views(items), ...rest };
  }

  /** Those of these ids that exist, however many. */
  async byIds(ids: readonly number[], principal: UserPrincipal): Promise<CertificateView[]> {
    const { items } = await this.whole({ ...everything({ count: ids.length, page: 1 }), ids: [...ids] }, principal);
    return items;
  }

  short(input: CertificateListInput, principal: UserPrincipal): Promise<OutputOf<typeof listShortCertificates>> {
    return inSlices(input.window, (window) => this.rpc.call(listShortCertificates, { ...input, window }, { principal }));
  }
}
