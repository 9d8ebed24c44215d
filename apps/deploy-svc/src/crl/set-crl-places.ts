import { Inject, Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { InputOf, OutputOf, Principal, setCrlPlaces } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError, type Clock } from '@sifaka/kernel';
import { assertPublishedName } from '@sifaka/plugin-sdk';
import { CLOCK } from '@sifaka/runtime';
import { DestinationPlugins } from '../destination/destination-plugins.js';
import { DestinationRepository } from '../destination/destination.repository.js';
import { fileNameOf } from './crl-place.js';
import { CrlPlaceTrail } from './crl-place-trail.js';
import { CrlPlaceRepository } from './crl-place.repository.js';
import { crlPlaceView } from './crl-place.view.js';

type Input = InputOf<typeof setCrlPlaces>;

/** Says which destinations get the lists of an authority. */
@Injectable()
export class SetCrlPlaces {
  constructor(
    private readonly database: Database,
    private readonly places: CrlPlaceRepository,
    private readonly destinations: DestinationRepository,
    private readonly plugins: DestinationPlugins,
    private readonly trail: CrlPlaceTrail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run({ authorityId, slug, destinationIds }: Input, principal: Principal): Promise<OutputOf<typeof setCrlPlaces>> {
    allow(principal, 'administer', { what: 'say where revocation lists are published' });
    assertPublishedName(fileNameOf(slug, 'delta'));
    const ids = [...new Set(destinationIds)];
    await this.assertAble(ids);
    await this.database.transaction(async (tx) => {
      const changed = await this.places.set(tx, { authorityId, slug, destinationIds: ids, now: this.clock.now() });
      if (changed.added.length + changed.removed.length > 0) await this.trail.changed(tx, { authorityId, slug, ...changed }, principal);
    });
    return { items: (await this.places.ofAuthority(authorityId)).map(crlPlaceView) };
  }

  private async assertAble(ids: readonly number[]): Promise<void> {
    const found = new Map((await this.destinations.meant(ids, [])).map((row) => [row.id, row]));
    for (const [index, id] of ids.entries()) {
      const row = found.get(id);
      if (row === undefined) throw new AppError('not_found', `destination ${id} does not exist`);
      const why = row.deleting_since !== null ? 'is being deleted' : (await this.plugins.of(row)).publish === undefined ? `takes no revocation lists: plugin "${row.plugin}" does not publish files` : null;
      if (why === null) continue;
      const message = `destination "${row.label}" ${why}`;
      throw new AppError('failed_precondition', message, { reason: 'crl.cannot_publish', fields: [{ path: `destinations.${index}`, message }] });
    }
  }
}
