import { Controller } from '@nestjs/common';
import {
  createDnsProvider,
  deleteDnsProvider,
  findDnsProviders,
  getDnsProvider,
  listDnsProviders,
  listDnsProviderTypes,
  refreshDnsProvider,
  resolveDnsProvider,
  testDnsProvider,
  tryDnsProvider,
  updateDnsProvider,
  type InputOf,
} from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { ChangeDnsProvider } from './change-dns-provider.js';
import { CreateDnsProvider } from './create-dns-provider.js';
import { DeleteDnsProvider } from './delete-dns-provider.js';
import { ReadDnsProviders } from './read-dns-providers.js';
import { TestDnsProvider } from './test-dns-provider.js';

@Controller()
export class DnsProviderHandlers {
  constructor(
    private readonly reader: ReadDnsProviders,
    private readonly creation: CreateDnsProvider,
    private readonly change: ChangeDnsProvider,
    private readonly deletion: DeleteDnsProvider,
    private readonly test: TestDnsProvider,
  ) {}

  @Handles(listDnsProviders)
  list(input: InputOf<typeof listDnsProviders>) {
    return this.reader.list(input);
  }

  @Handles(getDnsProvider)
  get({ id }: InputOf<typeof getDnsProvider>) {
    return this.reader.get(id);
  }

  @Handles(findDnsProviders)
  find(input: InputOf<typeof findDnsProviders>) {
    return this.reader.find(input);
  }

  @Handles(resolveDnsProvider)
  resolve({ ref }: InputOf<typeof resolveDnsProvider>) {
    return this.reader.resolve(ref);
  }

  @Handles(listDnsProviderTypes)
  types() {
    return this.reader.types();
  }

  @Handles(createDnsProvider)
  create(input: InputOf<typeof createDnsProvider>, call: CallContext) {
    return this.creation.run(input, call.principal);
  }

  @Handles(updateDnsProvider)
  update(input: InputOf<typeof updateDnsProvider>, call: CallContext) {
    return this.change.update(input, call.principal);
  }

  @Handles(refreshDnsProvider)
  refresh({ id }: InputOf<typeof refreshDnsProvider>, call: CallContext) {
    return this.change.refresh(id, call.principal);
  }

  @Handles(deleteDnsProvider)
  delete(input: InputOf<typeof deleteDnsProvider>, call: CallContext) {
    return this.deletion.run(input, call.principal);
  }

  @Handles(testDnsProvider)
  testStored(input: InputOf<typeof testDnsProvider>, call: CallContext) {
    return this.test.stored(input, call.principal);
  }

  @Handles(tryDnsProvider)
  testUnsaved(input: InputOf<typeof tryDnsProvider>, call: CallContext) {
    return this.test.unsaved(input, call.principal);
  }
}
