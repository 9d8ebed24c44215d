import { Controller } from '@nestjs/common';
import { readKeyRevocationList, type InputOf } from '@sifaka/contracts';
import { Handles } from '@sifaka/messaging';
import { ReadKeyRevocationList } from './read-key-revocation-list.js';

@Controller()
export class RevocationHandlers {
  constructor(private readonly reading: ReadKeyRevocationList) {}

  @Handles(readKeyRevocationList)
  keyRevocationList(input: InputOf<typeof readKeyRevocationList>) {
    return this.reading.run(input);
  }
}
