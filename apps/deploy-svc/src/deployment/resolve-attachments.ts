import { Injectable } from '@nestjs/common';
import type { DestinationRecord, InputOf, OutputOf, resolveAttachments } from '@sifaka/contracts';
import { DestinationPlugins } from '../destination/destination-plugins.js';
import { DestinationRepository, type DestinationRow } from '../destination/destination.repository.js';
import { ReadDestinations } from '../destination/read-destinations.js';
import { refuseAll, unsuitable } from './suitability.js';

type Input = InputOf<typeof resolveAttachments>;
type Ref = Input['refs'][number];

/** The destinations that a client means, refused before anything is stored where one of them cannot take the certificate. */
@Injectable()
export class ResolveAttachments {
  constructor(
    private readonly destinations: DestinationRepository,
    private readonly reader: ReadDestinations,
    private readonly plugins: DestinationPlugins,
  ) {}

  /** Each destination once, in the order given. */
  async run({ refs, ...candidate }: Input): Promise<OutputOf<typeof resolveAttachments>> {
    const found = await this.destinations.meant(
      refs.flatMap(({ id }) => id ?? []),
      refs.flatMap(({ id, name }) => (id === undefined && name !== undefined ? [name] : [])),
    );
    const refused: { index: number; message: string }[] = [];
    const meant = new Map<number, DestinationRecord>();
    for (const [index, ref] of refs.entries()) {
      const matches = found.filter(({ id, label }) => (ref.id === undefined ? label === ref.name : id === ref.id));
      const [only] = matches;
      const message = only === undefined || matches.length > 1 ? nobodyMeant(ref, matches) : unsuitable(candidate, { ...only, requiresKey: this.plugins.requiresKey(only) });
      if (message !== null) refused.push({ index, message });
      else if (only !== undefined) meant.set(only.id, this.reader.view(only));
    }
    refuseAll(refused, 'invalid_argument');
    return { destinations: [...meant.values()] };
  }
}

function nobodyMeant({ id, name }: Ref, matches: readonly DestinationRow[]): string {
  if (matches.length === 0) return id === undefined ? `no destination has the label "${name}"` : `destination ${id} does not exist`;
  return `${matches.length} destinations have the label "${name}", those with the ids ${matches.map((row) => row.id).join(', ')}: give an id`;
}
