import { Controller } from '@nestjs/common';
import { createDomain, getDomain, listDomains, updateDomain, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { ListDomains } from './list-domains.js';
import { SaveDomain } from './save-domain.js';

@Controller()
export class DomainHandlers {
  constructor(
    private readonly domains: ListDomains,
    private readonly save: SaveDomain,
  ) {}

  @Handles(listDomains)
  list(input: InputOf<typeof listDomains>) {
    return this.domains.run(input);
  }

  @Handles(getDomain)
  get(input: InputOf<typeof getDomain>) {
    return this.domains.get(input.id);
  }

  @Handles(createDomain)
  create(input: InputOf<typeof createDomain>, call: CallContext) {
    return this.save.create(input, call.principal);
  }

  @Handles(updateDomain)
  update(input: InputOf<typeof updateDomain>, call: CallContext) {
    return this.save.update(input, call.principal);
  }
}
