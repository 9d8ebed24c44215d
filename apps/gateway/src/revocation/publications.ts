import { Injectable } from '@nestjs/common';
import { getPublication, listCrlPlaces, listRevocationVersions, publishCrl, setCrlPlaces, type PublicationRecord, type PublicationView, type Ref, type UserPrincipal } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { EndpointReferences } from '../endpoint/endpoint-references.js';

/** What issuer-svc publishes of an authority, and where deploy-svc puts it besides. */
@Injectable()
export class Publications {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: EndpointReferences,
  ) {}

  async get(authorityId: number, principal: UserPrincipal): Promise<PublicationView> {
    return this.view(await this.rpc.call(getPublication, { authorityId }, { principal }), principal);
  }

  async publish(authorityId: number, principal: UserPrincipal): Promise<PublicationView> {
    return this.view(await this.rpc.call(publishCrl, { authorityId }, { principal }), principal);
  }

  /** These destinations and no others. */
  async setDestinations(authorityId: number, refs: readonly Ref[], principal: UserPrincipal): Promise<PublicationView> {
    const publication = await this.rpc.call(getPublication, { authorityId }, { principal });
    if (publication.reasonNot !== null) throw new AppError('failed_precondition', publication.reasonNot, { reason: 'authority.publishes_nothing' });
    const ids = await Promise.all(refs.map((ref) => this.references.destinationId(ref)));
    const destinationIds = [...new Set(ids.filter((id) => id !== null))];
    const { items } = await this.rpc.call(setCrlPlaces, { authorityId, slug: await this.slugOf(publication, principal), destinationIds }, { principal });
    return { ...publication, destinations: items };
  }

  private async slugOf({ authorityId, full }: PublicationRecord, principal: UserPrincipal): Promise<string> {
    if (full !== null) return full.slug;
    const { authorities } = await this.rpc.call(listRevocationVersions, {}, { principal });
    const found = authorities.find((authority) => authority.authorityId === authorityId);
    if (found !== undefined) return found.slug;
    throw new AppError('unavailable', 'the first revocation list of this authority is being made: come again in a moment', { reason: 'crl.first', retryAfterMs: 2_000 });
  }

  private async view(publication: PublicationRecord, principal: UserPrincipal): Promise<PublicationView> {
    const { items } = await this.rpc.call(listCrlPlaces, { authorityId: publication.authorityId }, { principal });
    return { ...publication, destinations: items };
  }
}
