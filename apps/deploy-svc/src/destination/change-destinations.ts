import { Injectable } from '@nestjs/common';
import type { createDestination, deleteDestination, DestinationRecord, InputOf, Principal, updateDestination } from '@sifaka/contracts';
import { DeleteDestination } from './delete-destination.js';
import { ReadDestinations } from './read-destinations.js';
import { SaveDestination } from './save-destination.js';

/** Changes of a destination that answer with what it is then. */
@Injectable()
export class ChangeDestinations {
  constructor(
    private readonly saving: SaveDestination,
    private readonly deletion: DeleteDestination,
    private readonly reader: ReadDestinations,
  ) {}

  async create(input: InputOf<typeof createDestination>, principal: Principal): Promise<DestinationRecord> {
    return this.reader.get(await this.saving.create(input, principal));
  }

  async update(input: InputOf<typeof updateDestination>, principal: Principal): Promise<DestinationRecord> {
    await this.saving.update(input, principal);
    return this.reader.get(input.id);
  }

  delete(input: InputOf<typeof deleteDestination>, principal: Principal): Promise<{ isDeleted: boolean }> {
    return this.deletion.run(input, principal);
  }
}
