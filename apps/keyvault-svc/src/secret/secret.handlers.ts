import { Controller } from '@nestjs/common';
import { deleteSecrets, putSecrets, resolveSecrets, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { DeleteSecrets } from './delete-secrets.js';
import { PutSecrets } from './put-secrets.js';
import { ResolveSecrets } from './resolve-secrets.js';

@Controller()
export class SecretHandlers {
  constructor(
    private readonly putSecrets: PutSecrets,
    private readonly resolveSecrets: ResolveSecrets,
    private readonly deleteSecrets: DeleteSecrets,
  ) {}

  @Handles(putSecrets)
  put(input: InputOf<typeof putSecrets>, call: CallContext) {
    return this.putSecrets.run(input, call);
  }

  @Handles(resolveSecrets)
  resolve(input: InputOf<typeof resolveSecrets>, call: CallContext) {
    return this.resolveSecrets.run(input, call);
  }

  @Handles(deleteSecrets)
  delete(input: InputOf<typeof deleteSecrets>, call: CallContext) {
    return this.deleteSecrets.run(input, call);
  }
}
