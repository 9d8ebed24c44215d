import { Controller } from '@nestjs/common';
import { getRotation, listRotations, retryRotation, startRotation, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { ReadRotations } from './read-rotations.js';
import { RetryRotation } from './retry-rotation.js';
import { StartRotation } from './start-rotation.js';

@Controller()
export class RotationHandlers {
  constructor(
    private readonly start: StartRotation,
    private readonly reader: ReadRotations,
    private readonly again: RetryRotation,
  ) {}

  @Handles(startRotation)
  rotate(input: InputOf<typeof startRotation>, call: CallContext) {
    return this.start.run(input, call.principal);
  }

  @Handles(listRotations)
  list(input: InputOf<typeof listRotations>) {
    return this.reader.list(input);
  }

  @Handles(getRotation)
  get({ id }: InputOf<typeof getRotation>) {
    return this.reader.get(id);
  }

  @Handles(retryRotation)
  retry(input: InputOf<typeof retryRotation>, call: CallContext) {
    return this.again.run(input, call.principal);
  }
}
