import { Controller } from '@nestjs/common';
import {
  createDestination,
  deleteDestination,
  destinationStats,
  findDestinations,
  findSourceTwin,
  getDestination,
  listDestinations,
  resolveDestination,
  testDestination,
  tryDestination,
  updateDestination,
  type InputOf,
} from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { ChangeDestinations } from './change-destinations.js';
import { ReadDestinations } from './read-destinations.js';
import { TestDestination } from './test-destination.js';

@Controller()
export class DestinationHandlers {
  constructor(
    private readonly reader: ReadDestinations,
    private readonly changes: ChangeDestinations,
    private readonly test: TestDestination,
  ) {}

  @Handles(listDestinations)
  list(input: InputOf<typeof listDestinations>) {
    return this.reader.list(input);
  }

  @Handles(getDestination)
  get({ id }: InputOf<typeof getDestination>) {
    return this.reader.get(id);
  }

  @Handles(findDestinations)
  find(input: InputOf<typeof findDestinations>) {
    return this.reader.find(input);
  }

  @Handles(resolveDestination)
  resolve(input: InputOf<typeof resolveDestination>) {
    return this.reader.resolve(input);
  }

  @Handles(findSourceTwin)
  twin(input: InputOf<typeof findSourceTwin>) {
    return this.reader.twin(input);
  }

  @Handles(destinationStats)
  stats() {
    return this.reader.stats();
  }

  @Handles(createDestination)
  create(input: InputOf<typeof createDestination>, call: CallContext) {
    return this.changes.create(input, call.principal);
  }

  @Handles(updateDestination)
  update(input: InputOf<typeof updateDestination>, call: CallContext) {
    return this.changes.update(input, call.principal);
  }

  @Handles(deleteDestination)
  delete(input: InputOf<typeof deleteDestination>, call: CallContext) {
    return this.changes.delete(input, call.principal);
  }

  @Handles(testDestination)
  testStored(input: InputOf<typeof testDestination>, call: CallContext) {
    return this.test.stored(input, call.principal);
  }

  @Handles(tryDestination)
  testUnsaved(input: InputOf<typeof tryDestination>, call: CallContext) {
    return this.test.unsaved(input, call.principal);
  }
}
