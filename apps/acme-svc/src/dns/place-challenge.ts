import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { Place } from './dns-challenges.js';

/** Finds where the challenge record of a name belongs. */
@Injectable()
export class PlaceChallenge {
  run(name: string, _preferredProviderId: number | null): Promise<Place> {
    return Promise.reject(new AppError('failed_precondition', `no DNS provider serves "${name}"`, { reason: 'dns.no_provider' }));
  }
}
