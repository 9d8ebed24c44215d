import { Controller } from '@nestjs/common';
import {
  askEndpoint,
  checkEndpoint,
  checkServed,
  confirmEndpoint,
  createEndpoint,
  deleteEndpoint,
  findEndpoints,
  findRotatable,
  getEndpoint,
  listEndpoints,
  pointEndpoint,
  removeFromSource,
  updateEndpoint,
  type InputOf,
} from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { AskEndpoint } from './ask-endpoint.js';
import { ChangeEndpoints } from './change-endpoints.js';
import { CheckEndpoint } from './check-endpoint.js';
import { ReadEndpoints } from './read-endpoints.js';
import { ConfirmEndpoint, PointEndpoint } from './rotate-endpoint.js';

@Controller()
export class EndpointHandlers {
  constructor(
    private readonly reader: ReadEndpoints,
    private readonly changes: ChangeEndpoints,
    private readonly checks: CheckEndpoint,
    private readonly asking: AskEndpoint,
    private readonly pointing: PointEndpoint,
    private readonly confirming: ConfirmEndpoint,
  ) {}

  @Handles(listEndpoints)
  list(input: InputOf<typeof listEndpoints>) {
    return this.reader.list(input);
  }

  @Handles(getEndpoint)
  get({ id }: InputOf<typeof getEndpoint>) {
    return this.reader.get(id);
  }

  @Handles(findEndpoints)
  find(input: InputOf<typeof findEndpoints>) {
    return this.reader.find(input);
  }

  @Handles(findRotatable)
  rotatable(input: InputOf<typeof findRotatable>) {
    return this.reader.rotatable(input);
  }

  @Handles(createEndpoint)
  create(input: InputOf<typeof createEndpoint>, call: CallContext) {
    return this.changes.create(input, call.principal);
  }

  @Handles(updateEndpoint)
  update(input: InputOf<typeof updateEndpoint>, call: CallContext) {
    return this.changes.update(input, call.principal);
  }

  @Handles(deleteEndpoint)
  delete(input: InputOf<typeof deleteEndpoint>, call: CallContext) {
    return this.changes.delete(input, call.principal);
  }

  @Handles(checkEndpoint)
  check(input: InputOf<typeof checkEndpoint>, call: CallContext) {
    return this.checks.now(input, call.principal);
  }

  @Handles(checkServed)
  served(input: InputOf<typeof checkServed>) {
    return this.asking.all(input);
  }

  @Handles(askEndpoint)
  ask(input: InputOf<typeof askEndpoint>) {
    return this.asking.one(input);
  }

  @Handles(pointEndpoint)
  point(input: InputOf<typeof pointEndpoint>) {
    return this.pointing.run(input);
  }

  @Handles(confirmEndpoint)
  confirm(input: InputOf<typeof confirmEndpoint>) {
    return this.confirming.run(input);
  }

  @Handles(removeFromSource)
  remove(input: InputOf<typeof removeFromSource>) {
    return this.pointing.remove(input);
  }
}
