import { Controller } from '@nestjs/common';
import { createAuthority, importAuthority, updateAuthority, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { CreateAuthority } from './create-authority.js';
import { ImportAuthority } from './import-authority.js';
import { UpdateAuthority } from './update-authority.js';

@Controller()
export class AuthorityHandlers {
  constructor(
    private readonly creating: CreateAuthority,
    private readonly importing: ImportAuthority,
    private readonly updating: UpdateAuthority,
  ) {}

  @Handles(createAuthority)
  create(input: InputOf<typeof createAuthority>, call: CallContext) {
    return this.creating.run(input, call);
  }

  @Handles(importAuthority)
  import(input: InputOf<typeof importAuthority>, call: CallContext) {
    return this.importing.run(input, call);
  }

  @Handles(updateAuthority)
  update(input: InputOf<typeof updateAuthority>, call: CallContext) {
    return this.updating.run(input, call);
  }
}
