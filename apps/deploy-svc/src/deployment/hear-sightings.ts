import { Injectable } from '@nestjs/common';
import { certificatesMissed, certificatesSighted, type EventDataOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { OnEvent, type CloudEvent } from '@sifaka/messaging';
import { DestinationRepository } from '../destination/destination.repository.js';
import { DeploymentRequests } from './deployment-requests.repository.js';
import { DeploymentTrail } from './deployment-trail.js';
import { LastSightings } from './last-sightings.repository.js';
import { PlacedCertificates } from './placed-certificates.js';

/**
 * A source and a destination of one label are one place: what the source finds is deployed there, what it finds no more is not. Nothing is
 * uploaded or removed for it (domain-rules SY-5, SY-6). Of what is said of one certificate the last word counts, in whatever order it comes.
 */
@Injectable()
export class HearSightings {
  constructor(
    private readonly database: Database,
    private readonly destinations: DestinationRepository,
    private readonly placed: PlacedCertificates,
    private readonly last: LastSightings,
    private readonly requests: DeploymentRequests,
    private readonly trail: DeploymentTrail,
  ) {}

  @OnEvent(certificatesSighted, { durable: 'adopt-sighted', isIdempotent: true })
  async sighted({ label, certificateIds }: EventDataOf<typeof certificatesSighted>, { time }: CloudEvent): Promise<void> {
    if ((await this.destinations.meant([], [label])).length === 0) return;
    const found = (await this.placed.read(certificateIds)).filter(({ format, isDeleted }) => format === 'x509' && !isDeleted);
    if (found.length === 0) return;
    const note = `found there by source "${label}"`;
    await this.database.transaction(async (tx) => {
      const news = new Set(await this.last.note(tx, label, found.map(({ id }) => id), time));
      const facts = found.filter(({ id }) => news.has(id)).map(({ id, fingerprintSha256: fingerprint }) => ({ id, fingerprint }));
      await this.trail.adopted(tx, await this.requests.adopt(tx, label, facts, note), note);
    });
  }

  @OnEvent(certificatesMissed, { durable: 'let-go-missed', isIdempotent: true })
  async missed({ label, certificateIds, isSourceDeleted }: EventDataOf<typeof certificatesMissed>, { time }: CloudEvent): Promise<void> {
    if (isSourceDeleted || (await this.destinations.meant([], [label])).length === 0) return;
    await this.database.transaction(async (tx) => {
      const news = await this.last.note(tx, label, certificateIds, time);
      await this.trail.removed(tx, await this.requests.letGo(tx, label, news, `source "${label}" does not find it there any more`));
    });
  }
}
