import { Controller } from '@nestjs/common';
import { cleanSource, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { CleanSource } from './clean-source.js';

@Controller()
export class CleanupHandlers {
  constructor(private readonly cleaning: CleanSource) {}

  @Handles(cleanSource)
  clean(input: InputOf<typeof cleanSource>, call: CallContext) {
    return this.cleaning.asked(input, call.principal);
  }
}
