import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { DestinationRepository, type DestinationRow } from '../destination/destination.repository.js';

/** The destination that the options of an authority name. */
@Injectable()
export class FindTokenPlace {
  constructor(private readonly destinations: DestinationRepository) {}

  /**
   * @param ref id or label
   * @throws AppError `failed_precondition` when there is none, or several have the label
   */
  async run(ref: string): Promise<DestinationRow> {
    const found = await this.destinations.meantBy(ref);
    const [only] = found;
    if (only === undefined) throw new AppError('failed_precondition', `destination "${ref}" does not exist: option tokenDestination of the authority names it`, { reason: 'destination.unknown' });
    if (found.length === 1) return only;
    const ids = found.map(({ id }) => id).join(', ');
    throw new AppError('failed_precondition', `${found.length} destinations have the label "${ref}", those with the ids ${ids}: option tokenDestination of the authority must give an id`, {
      reason: 'destination.ambiguous',
    });
  }
}
