import type { DestinationRecord, DestinationView } from '@sifaka/contracts';
import { optionedView } from '../composition/optioned.view.js';

/** As Lemur shows it, and whether it is on its way out. */
export function destinationView(record: DestinationRecord): DestinationView {
  const { deletingSince } = record;
  return { ...optionedView(record), ...(deletingSince !== null && { deletingSince }) };
}
