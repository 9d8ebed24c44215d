import { Injectable } from '@nestjs/common';
import { findRotatable, listCertificates, type PlacedCertificate, type Ref, type RotatableEndpoint, type RotationTarget } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { PlacedCertificates } from '../deployment/placed-certificates.js';

/** Each comes with the ciphers of its policy. */
const pageSize = 200;

/** Finds the endpoints and certificates that a request means. */
@Injectable()
export class FindTargets {
  constructor(
    private readonly rpc: RpcClient,
    private readonly placed: PlacedCertificates,
  ) {}

  /** In the order of their ids, page by page. */
  async *endpoints({ endpointIds, certificateId, region, sourceId }: RotationTarget): AsyncGenerator<RotatableEndpoint[]> {
    const certificateIds = certificateId === null ? null : [certificateId];
    for (let afterId = 0; ; ) {
      const { endpoints } = await this.rpc.call(findRotatable, { endpointIds, certificateIds, sourceId, region, afterId, limit: pageSize });
      if (endpoints.length > 0) yield endpoints;
      const last = endpoints.at(-1);
      if (last === undefined || endpoints.length < pageSize) return;
      afterId = last.id;
    }
  }

  async endpoint(id: number): Promise<RotatableEndpoint> {
    const { endpoints } = await this.rpc.call(findRotatable, { endpointIds: [id], certificateIds: null, sourceId: null, region: null, afterId: 0, limit: 1 });
    const [found] = endpoints;
    if (found === undefined) throw noSuchEndpoint(id);
    return found;
  }

  /** @throws AppError `not_found` */
  async certificate({ id, name = '' }: Ref): Promise<PlacedCertificate> {
    if (id !== undefined) return this.placed.get(id);
    const window = { offset: 0, limit: 1, sortBy: null, sortDir: null };
    const nothing = { filter: null, ids: null, serial: null, timeRange: null, destinationId: null, notificationId: null, owner: null, active: null, rotation: null, creatorIds: null, authorityId: null };
    const { items } = await this.rpc.call(listCertificates, { ...nothing, window, name, showExpired: true });
    const [found] = items;
    if (found === undefined) throw new AppError('not_found', `certificate "${name}" does not exist`);
    return this.placed.get(found.id);
  }
}

export const noSuchEndpoint = (id: number): AppError => new AppError('not_found', `endpoint ${id} does not exist, or is not active`);
