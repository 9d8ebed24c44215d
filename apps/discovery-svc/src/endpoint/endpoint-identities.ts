import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { candidateOf } from '../sync/found-certificate.js';
import { Identify } from '../sync/identify.js';
import { SightingRepository } from '../sync/sighting.repository.js';
import { SourceRepository } from '../source/source.repository.js';
import type { EndpointRow } from './endpoint-row.js';

/** Says which certificate of the inventory an endpoint presents; one that is new is taken into it where somebody answers for the endpoint. */
@Injectable()
export class EndpointIdentities {
  constructor(
    private readonly database: Database,
    private readonly identify: Identify,
    private readonly sightings: SightingRepository,
    private readonly sources: SourceRepository,
  ) {}

  async of(row: EndpointRow, certificateDer: Uint8Array, chainDer: readonly Uint8Array[]): Promise<{ certificateId: number | null; reason: string }> {
    const candidate = candidateOf({ certificateDer, chainDer: [...chainDer], name: null, externalId: null, owner: null, description: null });
    const known = (await this.sightings.identities([candidate.fingerprint])).get(candidate.fingerprint);
    if (known !== undefined) return { certificateId: known, reason: '' };
    const finder = await this.finderOf(row);
    if (finder === null) return { certificateId: null, reason: `it presents a certificate that is not known, fingerprint ${candidate.fingerprint}; nobody owns this endpoint, so that it was not taken into the inventory` };
    const { ids, refused, learned } = await this.identify.run(finder, [candidate], () => false);
    await this.database.transaction((tx) => this.sightings.remember(tx, learned));
    return { certificateId: ids.get(candidate.fingerprint) ?? null, reason: `it presents a certificate that the inventory refuses: ${refused.get(candidate.fingerprint) ?? ''}` };
  }

  private async finderOf({ source_id: sourceId, owner, owner_role_id: ownerRoleId }: EndpointRow) {
    const source = sourceId === null ? undefined : await this.sources.byId(sourceId);
    if (source !== undefined) return source;
    return owner === null || ownerRoleId === null ? null : { id: null, label: '', owner, owner_role_id: ownerRoleId };
  }
}
