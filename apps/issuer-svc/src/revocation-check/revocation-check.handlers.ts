import { Controller } from '@nestjs/common';
import { checkRevocation, getRevocationCheck, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { CheckRevocation } from './check-revocation.js';

@Controller()
export class RevocationCheckHandlers {
  constructor(private readonly checking: CheckRevocation) {}

  @Handles(checkRevocation)
  check(input: InputOf<typeof checkRevocation>, call: CallContext) {
    return this.checking.run(input, call);
  }

  @Handles(getRevocationCheck)
  last(input: InputOf<typeof getRevocationCheck>) {
    return this.checking.last(input);
  }
}
