import { Injectable } from '@nestjs/common';
import { listCertificates, type CertificateRecord, type SystemPrincipal } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { Lookup } from '../composition/lookup.js';
import { inParts } from '../listing/in-parts.js';
import { inSlices } from '../listing/in-slices.js';
import { whileAway } from '../listing/while-away.js';
import { everything } from './certificate-list-input.js';

/** Certificates as other objects refer to them. */
@Injectable()
export class CertificateRecords {
  private readonly lookup = new Lookup<number, CertificateRecord>((ids) => this.read(ids));

  constructor(private readonly rpc: RpcClient) {}

  /** Those that exist; none while issuer-svc is away. */
  find(ids: readonly number[]): Promise<ReadonlyMap<number, CertificateRecord>> {
    return whileAway(this.lookup.find(ids), new Map<number, CertificateRecord>());
  }

  private async read(ids: number[]): Promise<ReadonlyMap<number, CertificateRecord>> {
    const records = await inParts(ids, partLength, (part) => this.readPart(part));
    return new Map(records.map((record) => [record.id, record]));
  }

  private async readPart(ids: number[]): Promise<CertificateRecord[]> {
    const input = { ...everything({ count: ids.length, page: 1 }), ids };
    const { items } = await inSlices(input.window, (window) => this.rpc.call(listCertificates, { ...input, window }, { principal: self }));
    return items;
  }
}

const self: SystemPrincipal = { kind: 'system', service: 'gateway' };

/** Certificates that one message carries. */
const partLength = 50;
