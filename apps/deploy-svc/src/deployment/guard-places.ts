import { Inject, Injectable } from '@nestjs/common';
import { isAllowed } from '@sifaka/authz';
import type { PlacedCertificate, Principal } from '@sifaka/contracts';
import { AppError, isAppError } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import type { Destination } from '@sifaka/plugin-sdk';
import { LOGGER } from '@sifaka/runtime';
import { DestinationPlugins } from '../destination/destination-plugins.js';
import type { DestinationRow } from '../destination/destination.repository.js';
import { DeploymentRepository } from './deployment.repository.js';
import { deployedCertificate, PlacedCertificates } from './placed-certificates.js';
import type { Prepared, Turn } from './turn.js';

export interface Displacement {
  /** Certificates whose place there may be taken. */
  displaces: number[];
  /** Why it may not be; null: it may. */
  why: string | null;
}

/** Another one is where a certificate would be put. */
export class PlaceTaken extends AppError {
  constructor(
    detail: string,
    readonly certificateId: number,
  ) {
    super('failed_precondition', detail, { reason: 'deployment.place_taken' });
  }
}

const nobody: Displacement = { displaces: [], why: null };

/**
 * Keeps certificates from being put where another one is deployed: only one that replaces it, one that it replaces, or one that is attached by
 * somebody who may change it comes in its place. Destinations that cannot name a place without contact are not asked.
 */
@Injectable()
export class GuardPlaces {
  constructor(
    private readonly deployments: DeploymentRepository,
    private readonly plugins: DestinationPlugins,
    private readonly placed: PlacedCertificates,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Before it is attached, as somebody asks for it. */
  async judge(certificate: PlacedCertificate, destination: DestinationRow, principal: Principal): Promise<Displacement> {
    const place = await this.placeAt(destination, certificate);
    if (place === null) return nobody;
    const others = await this.strangersAt(destination.id, place, certificate, []);
    const foreign = others.find((other) => !isAllowed(principal, 'certificate:write', other));
    if (foreign !== undefined) return { displaces: [], why: takenBy(foreign, certificate, { ...destination, place }) };
    return { displaces: others.map(({ id }) => id), why: null };
  }

  /**
   * Before it is uploaded: what is there may have changed since it was attached.
   *
   * @throws PlaceTaken
   */
  async assertFree({ row }: Pick<Turn, 'row'>, { instance, certificate, destination, deployed }: Prepared): Promise<void> {
    const place = (await instance.placeFor?.(deployed)) ?? null;
    if (place === null) return;
    const [other] = await this.strangersAt(destination.id, place, certificate, row.displaces);
    if (other !== undefined) throw new PlaceTaken(takenBy(other, certificate, { ...destination, place }), other.id);
  }

  /** A destination that cannot be made ready says so when it is uploaded to. */
  private async placeAt(destination: DestinationRow, certificate: PlacedCertificate): Promise<string | null> {
    try {
      const instance: Destination = await this.plugins.of(destination);
      return (await instance.placeFor?.(deployedCertificate(certificate, null))) ?? null;
    } catch (error) {
      if (!isAppError(error)) throw error;
      this.logger.info({ err: error, destinationId: destination.id }, 'nobody can say now where a certificate would be put: it is asked again before it is uploaded');
      return null;
    }
  }

  private async strangersAt(destinationId: number, place: string, certificate: PlacedCertificate, known: readonly number[]): Promise<PlacedCertificate[]> {
    const held = await this.deployments.holding(destinationId, place);
    const left = held.filter((id) => id !== certificate.id && !known.includes(id));
    if (left.length === 0) return [];
    const replaced = new Set((await this.placed.replacedBy(certificate)).map(({ id }) => id));
    const others = await this.placed.read(left.filter((id) => !replaced.has(id)));
    // A replacement that did not work gives way to what was there before.
    return others.filter(({ replaces }) => !replaces.includes(certificate.id));
  }
}

const takenBy = (other: PlacedCertificate, { name }: PlacedCertificate, { label, place }: { label: string; place: string }): string =>
  `destination "${label}" would put "${name}" to ${place}, where certificate "${other.name}" (${other.id}, owner ${other.owner}) is deployed: it does not replace that one, and taking its place needs the right to change it`;
