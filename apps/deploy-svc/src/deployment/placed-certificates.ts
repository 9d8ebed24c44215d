import { Injectable } from '@nestjs/common';
import { readPlacedCertificates, type PlacedCertificate } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import type { DeployedCertificate } from '@sifaka/plugin-sdk';

/** Of one question, as the contract has it. */
const batchSize = 200;
/** A chain of replacements that is longer is history that no destination holds. */
const longestHistory = 10;

/** Certificates as issuer-svc knows them. */
@Injectable()
export class PlacedCertificates {
  constructor(private readonly rpc: RpcClient) {}

  /** @throws AppError `not_found` */
  async get(id: number): Promise<PlacedCertificate> {
    const [found] = await this.read([id]);
    if (found === undefined) throw new AppError('not_found', `certificate ${id} does not exist`);
    return found;
  }

  async read(ids: readonly number[]): Promise<PlacedCertificate[]> {
    const found: PlacedCertificate[] = [];
    for (let start = 0; start < ids.length; start += batchSize) {
      const { certificates } = await this.rpc.call(readPlacedCertificates, { ids: ids.slice(start, start + batchSize) });
      found.push(...certificates);
    }
    return found;
  }

  /** What a certificate replaces, and what that replaced, up to ten times. */
  async replacedBy(certificate: PlacedCertificate): Promise<PlacedCertificate[]> {
    const known = new Map<number, PlacedCertificate>();
    let next = certificate.replaces;
    for (let depth = 0; depth < longestHistory && next.length > 0 && known.size < batchSize; depth++) {
      const found = await this.read(next.slice(0, batchSize));
      for (const each of found) known.set(each.id, each);
      next = [...new Set(found.flatMap(({ replaces }) => replaces))].filter((id) => id !== certificate.id && !known.has(id));
    }
    return [...known.values()];
  }
}

/** @param externalId what the destination calls it */
export function deployedCertificate(certificate: PlacedCertificate, externalId: string | null): DeployedCertificate {
  return {
    name: certificate.name,
    commonName: certificate.commonName,
    certificateDer: Buffer.from(certificate.certificateDer, 'base64'),
    chainDer: certificate.chainDer.map((der) => Buffer.from(der, 'base64')),
    fingerprint: certificate.fingerprintSha256,
    externalId,
  };
}
