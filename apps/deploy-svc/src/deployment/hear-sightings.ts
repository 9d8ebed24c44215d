import { Injectable } from '@nestjs/common';
import { certificatesMissed, certificatesSighted, type EventDataOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { OnEvent } from '@sifaka/messaging';
import { DestinationRepository } from '../destination/destination.repository.js';
import { DeploymentRequests } from './deployment-requests.repository.js';
import { DeploymentTrail } from './deployment-trail.js';
import { PlacedCertificates } from './placed-certificates.js';

/**
 * A source and a destination of one label are one place: what the source finds is deployed there, what it finds no more is not. Nothing is
 * uploaded or removed for it (domain-rules SY-5, SY-6).
 */
@Injectable()
export class HearSightings {
  constructor(
    private readonly database: Database,
    private readonly destinations: DestinationRepository,
    private readonly placed: PlacedCertificates,
    private readonly requests: DeploymentRequests,
    private readonly trail: DeploymentTrail,
  ) {}

  @OnEvent(certificatesSighted, { durable: 'adopt-sighted', isIdempotent: true })
  async sighted({ label, certificateIds }: EventDataOf<typeof certificatesSighted>): Promise<void> {
    if ((await this.destinations.meant([], [label])).length === 0) return;
    const found = (await this.placed.read(certificateIds)).filter(({ format, isDeleted }) => format === 'x509' && !isDeleted);
    if (found.length === 0) return;
    const note = `found there by source "${label}"`;
    await this.database.transaction(async (tx) => {
      const facts = found.map(({ id, fingerprintSha256: fingerprint }) => ({ id, fingerprint }));
      await this.trail.adopted(tx, await this.requests.adopt(tx, label, facts, note), note);
    });
  }

  @OnEvent(certificatesMissed, { durable: 'let-go-missed', isIdempotent: true })
  async missed({ label, certificateIds, isSourceDeleted }: EventDataOf<typeof certificatesMissed>): Promise<void> {
    if (isSourceDeleted) return;
    await this.database.transaction(async (tx) => {
      await this.trail.removed(tx, await this.requests.letGo(tx, label, certificateIds, `source "${label}" does not find it there any more`));
    });
  }
}
