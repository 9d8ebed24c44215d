import { Injectable } from '@nestjs/common';
import { askEndpoint, confirmEndpoint, findEndpoints, pointEndpoint, removeFromSource, type OutputOf, type PlacedCertificate } from '@sifaka/contracts';
import { AppError, isAppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { DeploymentRepository } from '../deployment/deployment.repository.js';
import { PlacedCertificates } from '../deployment/placed-certificates.js';
import type { Rotation } from './rotation.js';

interface Stored {
  certificateId: number;
  name: string;
  externalId: string | null;
  fingerprint: string;
}

/** What discovery-svc is asked to do with endpoints. */
@Injectable()
export class EndpointCalls {
  constructor(
    private readonly rpc: RpcClient,
    private readonly placed: PlacedCertificates,
    private readonly deployments: DeploymentRepository,
  ) {}

  /** @param direction back: the old certificate in place of the new one */
  async point(row: Rotation, direction: 'there' | 'back'): Promise<void> {
    const [old, made] = await this.both(row);
    // One that took the place of the other has its name there: what is presented is told apart by its fingerprint.
    const isSamePlace = old.externalId !== null && old.externalId === made.externalId;
    const [from, to] = direction === 'there' ? [old, made] : [made, old];
    await this.rpc.call(pointEndpoint, { id: row.endpoint_id, from: isSamePlace ? { ...from, externalId: null } : from, to });
  }

  asks({ endpoint_id: id }: Rotation, certificateId: number): Promise<OutputOf<typeof askEndpoint>> {
    return this.rpc.call(askEndpoint, { id, certificateId });
  }

  /** One that is gone by now has nothing to be kept. */
  async confirm({ endpoint_id: id, old_certificate_id: fromCertificateId, new_certificate_id: toCertificateId }: Rotation): Promise<void> {
    try {
      await this.rpc.call(confirmEndpoint, { id, fromCertificateId, toCertificateId });
    } catch (error) {
      if (!isAppError(error) || error.code !== 'not_found') throw error;
    }
  }

  /** Names of the endpoints that present a certificate, by what is on record; inactive ones among them. */
  async presenting(certificateId: number): Promise<string[]> {
    const { endpoints } = await this.rpc.call(findEndpoints, { certificateIds: [certificateId] });
    return endpoints.map(({ name }) => name);
  }

  /** @returns false where the source's plugin removes nothing */
  async removeFromSource(row: Rotation, sourceId: number): Promise<boolean> {
    const [certificate] = await this.both(row);
    return (await this.rpc.call(removeFromSource, { sourceId, certificate })).isRemoved;
  }

  private async both(row: Rotation): Promise<[old: Stored, made: Stored]> {
    const old = await this.stored(row, row.old_certificate_id);
    const made = await this.stored(row, row.new_certificate_id);
    return [old, made];
  }

  /** As the destination calls it; else as it was called where it was found. */
  private async stored({ destination_id }: Rotation, id: number | null): Promise<Stored> {
    if (id === null) throw new AppError('failed_precondition', 'nobody knows what the endpoint presented before', { reason: 'rotation.old_unknown' });
    const certificate: PlacedCertificate = await this.placed.get(id);
    const [deployment] = await this.deployments.of(id, [destination_id]);
    return { certificateId: id, name: certificate.name, externalId: deployment?.external_id ?? certificate.externalId, fingerprint: certificate.fingerprintSha256 };
  }
}
