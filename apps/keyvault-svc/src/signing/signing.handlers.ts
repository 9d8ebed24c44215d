import { Controller } from '@nestjs/common';
import { listSignatures, signStaged, signWithKeys, stageSigning, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { SignStaged } from './sign-staged.js';
import { SignWithKeys } from './sign-with-keys.js';
import { SigningJournal } from './signing-journal.repository.js';
import { signaturesView } from './signing.view.js';

@Controller()
export class SigningHandlers {
  constructor(
    private readonly signWithKeys: SignWithKeys,
    private readonly staged: SignStaged,
    private readonly journal: SigningJournal,
  ) {}

  @Handles(signWithKeys)
  sign(input: InputOf<typeof signWithKeys>, call: CallContext) {
    return this.signWithKeys.run(input, call);
  }

  @Handles(stageSigning)
  stage(input: InputOf<typeof stageSigning>, call: CallContext) {
    return this.staged.stage(input, call);
  }

  @Handles(signStaged)
  signStaged(input: InputOf<typeof signStaged>, call: CallContext) {
    return this.staged.sign(input, call);
  }

  @Handles(listSignatures)
  async list({ afterSequence, olderThanMs, limit }: InputOf<typeof listSignatures>, call: CallContext) {
    return signaturesView(await this.journal.list(call.caller, afterSequence, olderThanMs, limit));
  }
}
